import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolPath } from '../process/repository.ts';
import { runCommand } from '../process/run-command.ts';
import { listFiles } from '../source-tree/list-files.ts';

/** Where buf.gen.yaml puts it, below the root or below another folder. */
export const generatedFolder = 'packages/generated/src';

/** Generates below `outputRoot`: the checkout itself, or a folder to compare with it. */
export async function generateCode(outputRoot: string): Promise<void> {
  await buf(['generate', '-o', outputRoot]);
}

/** Runs buf in the checkout and returns what it said. */
export async function buf(args: readonly string[]): Promise<string> {
  const result = await runCommand({
    program: toolPath('buf'),
    arguments: args,
    limitSeconds: 60,
  });
  if (result.exitCode !== 0) throw new BufError(args, result.output.trim());
  return result.output;
}

export class BufError extends Error {
  /** What buf found, a line each: `proto/flux/…: …`. */
  readonly findings: string;

  constructor(args: readonly string[], findings: string) {
    super(`buf ${args.join(' ')}:\n${findings}`);
    this.name = 'BufError';
    this.findings = findings;
  }
}

/** Files that differ between two folders, each with what is wrong with the committed one. */
export function compareFolders(committed: string, fresh: string): string[] {
  const [ours, theirs] = [new Set(listFiles(committed)), new Set(listFiles(fresh))];
  const read = (folder: string, path: string) => readFileSync(join(folder, path));
  return [
    ...[...theirs].filter((path) => !ours.has(path)).map((path) => `${path} is missing`),
    ...[...ours].filter((path) => !theirs.has(path)).map((path) => `${path} comes from no proto`),
    ...[...ours]
      .filter((path) => theirs.has(path) && !read(committed, path).equals(read(fresh, path)))
      .map((path) => `${path} is out of date`),
  ];
}
