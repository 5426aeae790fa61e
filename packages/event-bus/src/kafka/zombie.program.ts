import { programArgument } from '../testing/index.ts';
import { openKafkaBus } from './open-kafka-bus.ts';

/**
 * A member that takes a batch, is paused by whoever started it, and commits when it goes on: says
 * `took`, then `committed` or the name of the error.
 */
const { brokers, topic, group } = programArgument<{
  brokers: string;
  topic: string;
  group: string;
}>();

const bus = openKafkaBus({ brokers: [brokers], sessionTimeoutMs: 1_500, heartbeatEveryMs: 100 });
await bus.ensureTopics([{ name: topic, partitions: 1, cleanup: 'keep' }]);
let isFirst = true;
await bus.consume({
  ...{ group, topics: [topic], maxBatchRecords: 100, maxBatchBytes: 1_000_000 },
  async handle(batch) {
    if (!isFirst) return;
    isFirst = false;
    const goOn = new Promise<void>((resolve) => process.once('SIGUSR2', () => resolve()));
    console.log('took');
    await goOn;
    try {
      await batch.commit(batch.endOffset, 'zombie');
      console.log('committed');
    } catch (error) {
      console.log((error as Error).name);
    }
  },
});
