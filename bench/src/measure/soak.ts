import type { LoadGenerator } from '../load/load-generator.ts';
import { residentMbOf } from '../processes/process-reading.ts';
import type { Stage } from '../processes/stage.ts';
import type { Subject } from '../processes/subject.ts';
import { type Figure, goals } from '../report/figure.ts';
import { requestBodies } from '../request-bodies.ts';
import { median, spread } from '../statistics.ts';

const requests = 100_000;
const step = 4_000;
const stepMsMax = 60_000;
const concurrency = 16;

export const soakNotes = [
  `Soak: ${requests} requests, ${concurrency} at a time; resident memory after each ${step}. Growth: the median of the last fifth less that of the second fifth.`,
];

/** Whether memory stays where it is while requests go through. */
export async function measureSoak({ load, floor, ours }: Stage): Promise<Figure[]> {
  const oursMb = await residentMbThrough(load, ours);
  const floorMb = await residentMbThrough(load, floor);
  const figure = (name: string, of: (mb: readonly number[]) => number): Figure => ({
    name,
    unit: 'MB',
    floor: spread([of(floorMb)]),
    ours: spread([of(oursMb)]),
  });
  const fifth = Math.floor(requests / step / 5);
  return [
    figure('RSS after 20,000 requests', (mb) => mb[fifth - 1] ?? Number.NaN),
    figure('RSS after 100,000 requests', (mb) => mb.at(-1) ?? Number.NaN),
    { ...figure('RSS, most seen', (mb) => Math.max(...mb)), goal: goals.residentMb },
    figure(
      'RSS, growth over the last 60,000',
      (mb) => median(mb.slice(-fifth)) - median(mb.slice(fifth, 2 * fifth)),
    ),
  ];
}

async function residentMbThrough(load: LoadGenerator, subject: Subject): Promise<number[]> {
  const target = subject.target(requestBodies.whole);
  const resident: number[] = [];
  for (let sent = 0; sent < requests; ) {
    const plan = { kind: 'closed', target, concurrency, forMs: stepMsMax, countMax: step } as const;
    sent += (await load.run(plan)).count;
    resident.push(residentMbOf(subject.pid));
  }
  await subject.settled();
  return resident;
}
