import { type Mutation, readMutations } from './mutants/mutation.ts';
import { tryMutants } from './mutants/try-mutants.ts';
import { repositoryRoot, requireNode24 } from './process/repository.ts';
import { endChildrenOnSignal } from './process/run-command.ts';

// `pnpm test:mutants` tries all; `pnpm test:mutants pricing journal` those whose name has one of the words.
requireNode24();
endChildrenOnSignal();
const words = process.argv.slice(2);
const isWanted = ({ name }: Mutation) =>
  words.length === 0 || words.some((word) => name.includes(word));

const mutations = readMutations(repositoryRoot).filter(isWanted);
const results = await tryMutants(mutations, (line) => console.log(line));
const missed = results.filter(({ complaint }) => complaint !== undefined);
console.log(`${results.length - missed.length} of ${results.length} mistakes were caught`);
process.exitCode = missed.length === 0 && results.length > 0 ? 0 : 1;
