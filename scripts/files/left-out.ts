import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../process/run-command.ts';
import { sourceFolders } from '../source-tree/list-files.ts';

/** Files among the sources that git ignores: here they work, in everybody else's clone they are missing. */
export async function findLeftOut(root: string): Promise<string[]> {
  if (!existsSync(join(root, '.git'))) return [];
  const result = await runCommand({
    program: 'git',
    arguments: ['ls-files', '--others', '--ignored', '--exclude-standard', '--', ...sourceFolders],
    directory: root,
    limitSeconds: 30,
  });
  // Without git, or with one that refuses another user's checkout, there is nothing to compare with.
  if (result.exitCode !== 0) return [];
  return result.output
    .split('\n')
    .filter((path) => path !== '' && !/(^|\/)node_modules\/|\.(log|tmp|tsbuildinfo)$/.test(path))
    .map((path) => `${path} is ignored by git and not in any clone`);
}
