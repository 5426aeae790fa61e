import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../process/repository.ts';
import { BufError, buf } from './generated-code.ts';

/**
 * The protocols as they were last accepted, committed beside them. A baseline in the tree rather than
 * `--against .git#…`: it holds in a shallow clone and in a tree without git, and not only until the next
 * commit. `pnpm gen` moves it, and refuses to where something would break.
 */
export const baselinePath = 'proto/baseline.binpb';

/** What an older process could not read of today's protocols, as buf says it; `undefined`: nothing. */
export async function findBreaking(): Promise<string | undefined> {
  if (!existsSync(join(repositoryRoot, baselinePath))) return undefined;
  try {
    await buf(['breaking', 'proto', '--against', baselinePath]);
    return undefined;
  } catch (error) {
    if (error instanceof BufError) return error.findings;
    throw error;
  }
}

export async function writeImage(path: string): Promise<void> {
  await buf(['build', 'proto', '--exclude-source-info', '-o', path]);
}

/** Whether the baseline is of these very protocols: a field that it lacks is a field it can't guard. */
export function isBaseline(imagePath: string): boolean {
  const path = join(repositoryRoot, baselinePath);
  return existsSync(path) && readFileSync(path).equals(readFileSync(imagePath));
}
