import { setTimeout as sleep } from 'node:timers/promises';
import { startSystem } from '@fluxrouter/testing';
import { cpuMsSince, readCpu, residentMbOf } from '../processes/process-reading.ts';
import { type Figure, goals } from '../report/figure.ts';
import { spread } from '../statistics.ts';

const settleMs = 15_000;
const watchMs = 60_000;

export const idleNotes = [
  `Idle: what \`npm start\` runs, left alone for ${settleMs / 1000} s and then watched for ${watchMs / 1000} s; all processes of ready.json, the launcher and the sandbox too. % of one core; RSS counts shared pages in each.`,
];

/** What a system costs to which nobody talks. */
export async function measureIdle(): Promise<Figure[]> {
  const system = await startSystem();
  try {
    await sleep(settleMs);
    const pids = Object.entries(system.pids());
    const watched = pids.map(([name, pid]) => ({ name, pid, before: readCpu(pid) }));
    const from = performance.now();
    await sleep(watchMs);
    const wallMs = performance.now() - from;
    const used = watched.map(({ name, pid, before }) => ({
      name,
      percent: (cpuMsSince(before, pid) * 100) / wallMs,
      residentMb: residentMbOf(pid),
    }));
    const sum = (of: (each: (typeof used)[number]) => number) =>
      spread([used.reduce((total, each) => total + of(each), 0)]);
    return [
      { name: 'CPU, all', unit: '%', ours: sum((each) => each.percent), goal: goals.idlePercent },
      ...used.map(({ name, percent }) => line(`CPU, ${name}`, '%', percent)),
      {
        name: 'RSS, all',
        unit: 'MB',
        ours: sum((each) => each.residentMb),
        goal: goals.idleResidentMb,
      },
      ...used.map(({ name, residentMb }) => line(`RSS, ${name}`, 'MB', residentMb)),
    ];
  } finally {
    await system.stop();
  }
}

function line(name: string, unit: '%' | 'MB', value: number): Figure {
  return { name, unit, ours: spread([value]) };
}
