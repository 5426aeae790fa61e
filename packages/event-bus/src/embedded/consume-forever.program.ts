import { programArgument } from '../testing/index.ts';
import { openEmbeddedBus } from './open-embedded-bus.ts';

export interface ConsumeForever {
  directory: string;
  topic: string;
  partitions: number;
  group: string;
}

const { directory, topic, partitions, group } = programArgument<ConsumeForever>();
const bus = openEmbeddedBus({ directory });
await bus.ensureTopics([{ name: topic, partitions, cleanup: 'keep' }]);
await bus.consume({
  group,
  topics: [topic],
  maxBatchRecords: 50,
  maxBatchBytes: 1_000_000,
  async handle(batch) {
    for (const record of batch.records) {
      console.log(`${record.partition}/${record.offset} ${Buffer.from(record.value).toString()}`);
    }
    await batch.commit(batch.endOffset, '');
  },
});
console.log('consuming');
setInterval(() => {}, 1_000);
