import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../process/repository.ts';
import { copyTree } from '../source-tree/tree-copy.ts';
import { runVitest } from '../suites/run-vitest.ts';
import { type Mutation, mutate } from './mutation.ts';

export interface MutantResult {
  readonly name: string;
  /** `undefined`: a test went red, as it must. */
  readonly complaint?: string;
}

const limitSeconds = 180;

/** Makes each mistake in a copy of the tree and sees whether its tests notice. */
export async function tryMutants(
  mutations: readonly Mutation[],
  tell: (line: string) => void,
): Promise<MutantResult[]> {
  using copy = copyTree(repositoryRoot);
  const redAlready = await findRed(mutations, copy.root);
  const results: MutantResult[] = [];
  for (const mutation of mutations) {
    const startedAt = performance.now();
    const complaint = redAlready.has(mutation)
      ? 'its tests are red without it'
      : await tryMutant(mutation, copy.root);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    tell(`${complaint === undefined ? 'caught' : 'FAILED'} ${mutation.name} (${seconds} s)`);
    if (complaint !== undefined) tell(`    ${complaint}\n    ${mutation.why}`);
    results.push(
      complaint === undefined ? { name: mutation.name } : { name: mutation.name, complaint },
    );
  }
  return results;
}

/** Mutations whose tests prove nothing, because they fail anyway. */
async function findRed(
  mutations: readonly Mutation[],
  directory: string,
): Promise<ReadonlySet<Mutation>> {
  const red = new Set<Mutation>();
  const batches = Map.groupBy(mutations, ({ project, named }) => `${project} ${named ?? ''}`);
  for (const batch of batches.values()) {
    if (await areGreen(batch, directory)) continue;
    for (const mutation of batch) {
      if (!(await areGreen([mutation], directory))) red.add(mutation);
    }
  }
  return red;
}

/** Runs the tests of mutations that agree in project and name. */
async function areGreen(batch: readonly Mutation[], directory: string): Promise<boolean> {
  const { project, named } = batch[0] as Mutation;
  const files = [...new Set(batch.flatMap(({ tests }) => tests))];
  const { report } = await runVitest({ project, named, files, directory, limitSeconds });
  return report.failed === 0 && report.passed > 0;
}

async function tryMutant(mutation: Mutation, directory: string): Promise<string | undefined> {
  const path = join(directory, mutation.file);
  const original = readFileSync(path, 'utf8');
  const mutated = mutate(original, mutation);
  if (mutated === undefined) return `${mutation.file} has the searched text not exactly once`;
  writeFileSync(path, mutated);
  try {
    const { project, named, tests: files } = mutation;
    const { report, command } = await runVitest({ project, named, files, directory, limitSeconds });
    // A mistake that ends in an endless loop is noticed too.
    if (command.timedOut) return undefined;
    if (report.failed === 0) return `not noticed by ${files.join(', ')}`;
    // A file that does not load any more is no proof that its tests look.
    return report.failedTests === 0 ? `no test ran:\n${command.output}` : undefined;
  } finally {
    writeFileSync(path, original);
  }
}
