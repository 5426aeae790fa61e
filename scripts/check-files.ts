import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNamelessFolders, findTooLong } from './files/file-length.ts';
import { findForbidden } from './files/forbidden-text.ts';
import { findLeftOut } from './files/left-out.ts';
import { repositoryRoot, requireNode24 } from './process/repository.ts';
import { listFiles } from './source-tree/list-files.ts';

requireNode24();
const files = listFiles(repositoryRoot);
const complaints = [...files.flatMap(complaintsAbout), ...(await findLeftOut(repositoryRoot))];
for (const complaint of complaints) console.log(complaint);
console.log(`${files.length} files: ${complaints.length || 'no'} complaints`);
process.exitCode = complaints.length === 0 ? 0 : 1;

function complaintsAbout(path: string): string[] {
  const content = readFileSync(join(repositoryRoot, path));
  if (content.includes(0)) return [];
  const text = content.toString('utf8');
  return [...findTooLong(path, text), ...findNamelessFolders(path), ...findForbidden(path, text)];
}
