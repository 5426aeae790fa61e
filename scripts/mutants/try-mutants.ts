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
    const complaint = mutation.tests.some((path) => redAlready.has(path))
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

/** The test files that prove nothing, because they fail anyway. */
async function findRed(mutations: readonly Mutation[], directory: string): Promise<Set<string>> {
  const red = new Set<string>();
  for (const project of new Set(mutations.map((each) => each.project))) {
    const ours = mutations.filter((each) => each.project === project);
    const files = [...new Set(ours.flatMap(({ tests }) => tests))];
    const { report } = await runVitest({ project, files, directory, limitSeconds });
    if (report.failed === 0 && report.passed > 0) continue;
    for (const path of files) {
      const alone = await runVitest({ project, files: [path], directory, limitSeconds });
      if (alone.report.failed > 0 || alone.report.passed === 0) red.add(path);
    }
  }
  return red;
}

async function tryMutant(mutation: Mutation, directory: string): Promise<string | undefined> {
  const path = join(directory, mutation.file);
  const original = readFileSync(path, 'utf8');
  const mutated = mutate(original, mutation);
  if (mutated === undefined) return `${mutation.file} has the searched text not exactly once`;
  writeFileSync(path, mutated);
  try {
    const { project, tests: files } = mutation;
    const { report, command } = await runVitest({ project, files, directory, limitSeconds });
    // A mistake that ends in an endless loop is noticed too.
    if (command.timedOut) return undefined;
    if (report.failed === 0) return `not noticed by ${files.join(', ')}`;
    // A file that does not load any more is no proof that its tests look.
    return report.failedTests === 0 ? `no test ran:\n${command.output}` : undefined;
  } finally {
    writeFileSync(path, original);
  }
}
