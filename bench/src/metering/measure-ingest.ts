import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMsSince, readCpu } from '../processes/process-reading.ts';
import { watchThreads } from '../profile/thread-times.ts';
import { fillLog } from './fill-log.ts';
import { startMeteringProcess } from './start-metering-process.ts';

export interface Ingest {
  readonly events: number;
  readonly perSecond: number;
  /** Of the whole process, all threads: kafkajs, our steps, the encoding and the engine. */
  readonly cpuMicrosecondsPerEvent: number;
  /** Of that, by thread, largest first; the main one is where our code and kafkajs run. */
  readonly threads: readonly { readonly name: string; readonly microsecondsPerEvent: number }[];
}

const askEveryMs = 50;

/**
 * From a log that is full: how fast it becomes rows. From the first moment on: what is fetched and
 * decoded ahead of the rows would else be left out, and that is a lot where inserts are large.
 */
export async function measureIngest(
  brokers: string,
  dataDir: string,
  events: number,
): Promise<Ingest> {
  await fillLog(brokers, events);
  const metering = await startMeteringProcess(brokers, dataDir);
  try {
    const cpu = readCpu(metering.pid);
    const threads = watchThreads(metering.pid);
    const startedAtMs = performance.now();
    const { rows, atMs } = await reach(metering.rows, events);
    const { mainMs, others } = threads();
    return {
      events: rows,
      perSecond: (rows * 1_000) / (atMs - startedAtMs),
      cpuMicrosecondsPerEvent: (cpuMsSince(cpu, metering.pid) * 1_000) / rows,
      threads: [{ name: 'main', cpuMs: mainMs }, ...others]
        .map(({ name, cpuMs }) => ({ name, microsecondsPerEvent: (cpuMs * 1_000) / rows }))
        .filter(({ microsecondsPerEvent }) => microsecondsPerEvent >= 0.5),
    };
  } finally {
    await metering.stop();
  }
}

async function reach(rows: () => Promise<number>, count: number) {
  for (;;) {
    const now = await rows();
    if (now >= count) return { rows: now, atMs: performance.now() };
    await sleep(askEveryMs);
  }
}
