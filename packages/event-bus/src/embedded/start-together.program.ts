import { existsSync } from 'node:fs';
import { programArgument } from '../testing/index.ts';
import { openEmbeddedBus } from './open-embedded-bus.ts';

/** Opens everything at a sign that several processes wait for, so that they collide. */
const { directory, sign } = programArgument<{ directory: string; sign: string }>();
console.log('waiting');
while (!existsSync(sign)) await new Promise((resolve) => setTimeout(resolve, 1));
const bus = openEmbeddedBus({ directory });
await bus.ensureTopics([
  { name: 'usage', partitions: 6, cleanup: 'keep' },
  { name: 'keys', partitions: 2, cleanup: 'compact' },
]);
const epochs = new Set<string>();
await bus.consume({
  group: 'group',
  topics: ['usage', 'keys'],
  maxBatchRecords: 10,
  maxBatchBytes: 1_000,
  async handle(batch) {
    epochs.add(`${batch.topic} ${batch.epoch}`);
    await batch.commit(batch.endOffset, '');
  },
});
await bus.append('usage', [{ key: `${process.pid}`, value: Buffer.from('here') }]);
await new Promise((resolve) => setTimeout(resolve, 700));
console.log([...epochs].join('\n'));
await bus.close();
