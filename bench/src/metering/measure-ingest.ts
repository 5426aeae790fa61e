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

const warmUpEvents = 20_000;
const askEveryMs = 50;

/** From a log that is full: how fast it becomes rows, once the process is warm. */
export async function measureIngest(
  brokers: string,
  dataDir: string,
  events: number,
): Promise<Ingest> {
  await fillLog(brokers, warmUpEvents + events);
  const metering = await startMeteringProcess(brokers, dataDir);
  try {
    const first = await reach(metering.rows, warmUpEvents);
    const cpu = readCpu(metering.pid);
    const threads = watchThreads(metering.pid);
    const last = await reach(metering.rows, warmUpEvents + events);
    const rows = last.rows - first.rows;
    const { mainMs, others } = threads();
    return {
      events: rows,
      perSecond: (rows * 1_000) / (last.atMs - first.atMs),
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
