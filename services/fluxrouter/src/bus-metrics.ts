import type { EventBus } from '@fluxrouter/event-bus';
import type { Metrics } from '@fluxrouter/service-kit/metrics';

const busMetricNames = { lagRecords: 'flux_bus_lag_records' } as const;

/** The bus, and how far each group that consumes in this process is behind the log. */
export function withLagMetric(bus: EventBus, metrics: Metrics): EventBus {
  const consumed = new Map<string, { group: string; topic: string }>();
  const gauge = metrics.gauge({
    name: busMetricNames.lagRecords,
    help: 'Records in the log that a group has not committed yet',
    labels: ['group', 'topic'],
    async collect() {
      for (const { group, topic } of consumed.values())
        gauge.set({ group, topic }, await lagOf(bus, group, topic));
      return undefined;
    },
  });
  return {
    ...{ ensureTopics: (specs) => bus.ensureTopics(specs), tail: (options) => bus.tail(options) },
    append: (topic, records) => bus.append(topic, records),
    consume(options) {
      const { group } = options;
      for (const topic of options.topics) consumed.set(`${group}/${topic}`, { group, topic });
      return bus.consume(options);
    },
    committed: (group, topic) => bus.committed(group, topic),
    endOffsets: (topic) => bus.endOffsets(topic),
    close: () => bus.close(),
  };
}

async function lagOf(bus: EventBus, group: string, topic: string): Promise<number> {
  // In this order: what is appended between the two makes it look behind, never ahead.
  const committed = await bus.committed(group, topic);
  const ends = await bus.endOffsets(topic);
  let lag = 0n;
  for (const [partition, end] of ends) lag += end - (committed.get(partition)?.offset ?? 0n);
  return Number(lag);
}
