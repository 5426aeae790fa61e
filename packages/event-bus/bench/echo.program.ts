import { openEmbeddedBus } from '../src/index.ts';
import { programArgument } from '../src/testing/index.ts';

const bus = openEmbeddedBus({ directory: programArgument<string>() });
await bus.ensureTopics([{ name: 'flux.usage.v1', partitions: 12, cleanup: 'keep' }]);
await bus.ensureTopics([{ name: 'quiet', partitions: 12, cleanup: 'keep' }]);

const tookMs: number[] = [];
const ended = new Promise<void>((resolve) => {
  void bus.tail({
    topic: 'flux.usage.v1',
    from: 'end',
    onRecords(records) {
      const now = performance.timeOrigin + performance.now();
      for (const { headers } of records) {
        if (headers['last'] !== undefined) resolve();
        else if (headers['sentAt'] !== undefined) tookMs.push(now - Number(headers['sentAt']));
      }
    },
  });
});
console.log('ready');
await ended;
tookMs.sort((a, b) => a - b);
const at = (share: number) => tookMs[Math.floor(tookMs.length * share)]?.toFixed(2);
console.log(`to another process: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms`);

await bus.consume({
  group: 'idle',
  topics: ['quiet'],
  maxBatchRecords: 100,
  maxBatchBytes: 1_000_000,
  handle: (batch) => batch.commit(batch.endOffset, ''),
});
await new Promise((resolve) => setTimeout(resolve, 2_000));
const cpu = process.cpuUsage();
const seconds = 10;
await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
const { user, system } = process.cpuUsage(cpu);
const share = (user + system) / (seconds * 10_000);
console.log(
  `waiting, with a tail and a consumer of 12 partitions: ${share.toFixed(3)} % of a core`,
);
await bus.close();
