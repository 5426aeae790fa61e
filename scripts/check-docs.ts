import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedPages } from './files/generated-pages.ts';
import { repositoryRoot, requireNode24 } from './process/repository.ts';

requireNode24();
for (const { path, make } of generatedPages) {
  const file = join(repositoryRoot, path);
  const committed = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (committed === (await make())) continue;
  console.log(`${path} is ${committed === undefined ? 'missing' : 'out of date'}: run pnpm gen`);
  process.exitCode = 1;
}
