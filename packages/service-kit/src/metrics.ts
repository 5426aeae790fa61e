import cluster from 'node:cluster';
import { performance } from 'node:perf_hooks';
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Names of what every process says of itself; each service has its own file of names beside these. */
export const processMetricNames = {
  cpuUserSeconds: 'process_cpu_user_seconds_total',
  cpuSystemSeconds: 'process_cpu_system_seconds_total',
  startTimeSeconds: 'process_start_time_seconds',
  residentBytes: 'process_resident_memory_bytes',
  heapUsedBytes: 'nodejs_heap_size_used_bytes',
  heapTotalBytes: 'nodejs_heap_size_total_bytes',
  externalBytes: 'nodejs_external_memory_bytes',
  eventLoopUtilization: 'nodejs_eventloop_utilization',
} as const;

export interface MetricWords<L extends string> {
  name: string;
  help: string;
  labels?: readonly L[];
}

/** One registry for one process; services make their metrics here, the admin server shows them. */
export interface Metrics {
  counter<L extends string>(words: MetricWords<L>): Counter<L>;
  gauge<L extends string>(
    // Undefined: `collect` has set the values of its labels itself.
    words: MetricWords<L> & { collect?: () => number | undefined | Promise<number | undefined> },
  ): Gauge<L>;
  histogram<L extends string>(words: MetricWords<L> & { buckets: number[] }): Histogram<L>;
  /** The page of GET /metrics. */
  page(): Promise<{ contentType: string; body: string }>;
}

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const registers = [registry];
  const metrics: Metrics = {
    counter: ({ name, help, labels = [] }) =>
      new Counter({ name, help, labelNames: [...labels], registers }),
    gauge({ name, help, labels = [], collect }) {
      const base = { name, help, labelNames: [...labels], registers };
      if (collect === undefined) return new Gauge(base);
      const gauge: Gauge<(typeof labels)[number]> = new Gauge({
        ...base,
        // What cannot be asked at the moment is no number; the rest of the page is still one.
        async collect() {
          const value = await settled(collect);
          if (value !== undefined) gauge.set(value);
        },
      });
      return gauge;
    },
    histogram: ({ name, help, labels = [], buckets }) =>
      new Histogram({ name, help, labelNames: [...labels], buckets, registers }),
    page: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
  addProcessMetrics(metrics, registry);
  if (cluster.isWorker) showToPrimary(registry);
  return metrics;
}

function showToPrimary(registry: Registry): void {
  AggregatorRegistry.setRegistries([registry]);
  // Its constructor is what makes this worker answer the primary.
  void new AggregatorRegistry();
}

/** In a primary of node:cluster: its page shows the sums over all workers. */
export function metricsOfWorkers(): Metrics {
  const all = new AggregatorRegistry();
  return {
    ...createMetrics('primary'),
    page: async () => ({ contentType: all.contentType, body: await all.clusterMetrics() }),
  };
}

/**
 * Read when asked for. prom-client's own set keeps a timer of 10 ms for the loop's delay, which an
 * idle process pays for all day.
 */
function addProcessMetrics(metrics: Metrics, registry: Registry): void {
  const names = processMetricNames;
  const totals: [string, string, () => number][] = [
    [names.cpuUserSeconds, 'CPU time in user code', () => process.cpuUsage().user / 1e6],
    [names.cpuSystemSeconds, 'CPU time in the system', () => process.cpuUsage().system / 1e6],
  ];
  for (const [name, help, read] of totals) {
    const counter = new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        counter.reset();
        counter.inc(read());
      },
    });
  }
  const gauges: [string, string, () => number][] = [
    [names.startTimeSeconds, 'Start since 1970', () => performance.timeOrigin / 1000],
    [names.residentBytes, 'Resident memory', () => process.memoryUsage.rss()],
    [names.heapUsedBytes, 'Used heap', () => process.memoryUsage().heapUsed],
    [names.heapTotalBytes, 'Heap', () => process.memoryUsage().heapTotal],
    [names.externalBytes, 'Memory beside the heap', () => process.memoryUsage().external],
    [names.eventLoopUtilization, 'Busy share since the last scrape', busyShare()],
  ];
  for (const [name, help, collect] of gauges) metrics.gauge({ name, help, collect });
}

async function settled(
  collect: () => number | undefined | Promise<number | undefined>,
): Promise<number | undefined> {
  try {
    return await collect();
  } catch {
    return Number.NaN;
  }
}

function busyShare(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const share = performance.eventLoopUtilization(now, before).utilization;
    before = now;
    return share;
  };
}
