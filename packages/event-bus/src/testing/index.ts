export { eventually } from './eventually.ts';
export { deleteTopic, forgetGroup, withKafkaAdmin } from './kafka-admin.ts';
export { seededRandom } from './seeded-random.ts';
export { programArgument, type RunningProgram, startProgram } from './start-program.ts';
