import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const mutantsFolder = 'tests/mutants';

/** A mistake somebody could make, and the tests that must notice it. */
export interface Mutation {
  /** The file's name in tests/mutants, without `.json`. */
  readonly name: string;
  /** What would go wrong for a user. */
  readonly why: string;
  readonly file: string;
  /** Exactly this text, exactly once. */
  readonly search: string;
  readonly replace: string;
  readonly project: 'unit' | 'int' | 'e2e';
  readonly tests: readonly string[];
  /** Part of the name of the one test that must notice; for files that take minutes. */
  readonly named?: string;
}

export function readMutations(root: string): Mutation[] {
  const folder = join(root, mutantsFolder);
  return readdirSync(folder)
    .filter((entry) => entry.endsWith('.json'))
    .sort()
    .map((entry) => checked(entry, JSON.parse(readFileSync(join(folder, entry), 'utf8'))));
}

function checked(entry: string, mutation: Partial<Mutation>): Mutation {
  const { why, file, search, replace, project, tests, named } = mutation;
  const complete = why && file && search && replace !== undefined && project && tests?.length;
  if (!complete) {
    throw new Error(`${mutantsFolder}/${entry} needs why, file, search, replace, project, tests`);
  }
  const name = entry.slice(0, -'.json'.length);
  const known = { name, why, file, search, replace, project, tests };
  return named === undefined ? known : { ...known, named };
}

/** The mutated text; `undefined` where the searched one is not there, or there more than once. */
export function mutate(text: string, { search, replace }: Mutation): string | undefined {
  const at = text.indexOf(search);
  if (at === -1 || text.includes(search, at + 1)) return undefined;
  return text.slice(0, at) + replace + text.slice(at + search.length);
}
