import { type EventBus, openEmbeddedBus, type PartitionBatch } from '@fluxrouter/event-bus';
import { openKafkaBus } from '@fluxrouter/event-bus/kafka';
import { connectClickHouse } from '../clickhouse/connect.ts';
import { meteringConfig } from '../config.ts';
import type { MeteringBus } from '../ports.ts';
import { startMetering } from '../start-metering.ts';

/**
 * A metering process that kills itself at a numbered step of consume-usage.ts, or ends by itself
 * when it has caught up: `node crashing-process.ts <bus> <clickhouse> <step> <cuts before> <batch records> <planned|unplanned>`.
 * The bus: a directory, or `kafka:<host:port>`.
 */
const [busAt = '', chdbPath = '', step = 'never', cutsBefore = '0', ...rest] =
  process.argv.slice(2);
const [batchRecords = '40', cutting = 'planned'] = rest;

let cuts = 0;
const reach = (reached: string) => {
  if (reached === 'before 1') cuts += 1;
  if (reached === step && cuts > Number(cutsBefore)) process.kill(process.pid, 'SIGKILL');
};

const kafka = 'kafka:';
const real: EventBus = busAt.startsWith(kafka)
  ? openKafkaBus({
      brokers: [busAt.slice(kafka.length)],
      // Its successor has the partitions of a killed one so much later.
      ...{ sessionTimeoutMs: 1_500, heartbeatEveryMs: 100 },
    })
  : openEmbeddedBus({ directory: busAt });
const bus: MeteringBus = {
  ensureTopics: (specs) => real.ensureTopics(specs),
  append: (topic, records) => real.append(topic, records),
  committed: (group, topic) => real.committed(group, topic),
  endOffsets: (topic) => real.endOffsets(topic),
  consume: (options) =>
    real.consume({ ...options, handle: (batch) => options.handle(watched(batch)) }),
};

function watched(batch: PartitionBatch): PartitionBatch {
  return {
    topic: batch.topic,
    partition: batch.partition,
    epoch: batch.epoch,
    records: batch.records,
    endOffset: batch.endOffset,
    get committed() {
      return batch.committed;
    },
    isStale: () => batch.isStale(),
    async commit(offset, metadata) {
      const moment = metadata.includes('plannedEnd') ? '1' : '3';
      reach(`before ${moment}`);
      if (moment === '3' || cutting === 'planned') await batch.commit(offset, metadata);
      reach(`after ${moment}`);
    },
  };
}

const clickhouse = await connectClickHouse({ chdbPath });
const insert = clickhouse.client.insert.bind(clickhouse.client);
clickhouse.client.insert = async (params) => {
  // In the middle: the engine is at work on another thread when the process dies.
  const inserting = insert(params);
  if (params.table === 'flux.usage') setTimeout(() => reach('within 2'), 5 * Math.random());
  const result = await inserting;
  if (params.table === 'flux.usage_dead') reach('between the inserts of 2');
  if (params.table === 'flux.usage') reach('after 2');
  return result;
};

const quiet = { info() {}, warn() {}, error() {} };
const config = { ...meteringConfig.parse({}), batchRecordsMax: Number(batchRecords), restMsMax: 0 };
const metering = await startMetering({ bus, clickhouse, config, log: quiet });
while ((await metering.stats()).lagRecords > 0) await new Promise((done) => setTimeout(done, 20));
await metering.stop();
await clickhouse.close();
await real.close();
