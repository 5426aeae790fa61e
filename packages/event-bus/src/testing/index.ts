export { eventually } from './eventually.ts';
export { seededRandom } from './seeded-random.ts';
export { programArgument, type RunningProgram, startProgram } from './start-program.ts';
