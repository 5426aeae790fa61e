import type { Target } from '../load/job.ts';
import type { Stage } from '../processes/stage.ts';
import { directTarget } from '../processes/start-sandbox.ts';
import type { Figure } from '../report/figure.ts';
import { requestBodies } from '../request-bodies.ts';
import { percentile, spread } from '../statistics.ts';

const requestsPerSecond = 200;
const streamsPerSecond = 40;
const rounds = 3;
const roundSeconds = 2;
const percents = [50, 95, 99];

export const latencyNotes = [
  `Added latency: the percentile through a gateway less the same percentile past it, at a fixed rate; counted from when a request was due.`,
];

type Times = 'firstByteMs' | 'totalMs';

/** What a gateway adds to an answer's time, and to the first token's. */
export async function measureLatency(stage: Stage): Promise<Figure[]> {
  return [
    ...(await measureAdded(stage, `answer at ${requestsPerSecond}/s`, {
      body: requestBodies.whole,
      perSecond: requestsPerSecond,
      times: 'totalMs',
    })),
    ...(await measureAdded(stage, `first token at ${streamsPerSecond} streams/s`, {
      body: requestBodies.stream,
      perSecond: streamsPerSecond,
      times: 'firstByteMs',
    })),
  ];
}

async function measureAdded(
  { load, sandbox, floor, ours }: Stage,
  what: string,
  plan: { readonly body: string; readonly perSecond: number; readonly times: Times },
): Promise<Figure[]> {
  const { body, perSecond, times } = plan;
  const count = perSecond * roundSeconds;
  const timesAt = async (target: Target) =>
    (await load.run({ kind: 'open', target, perSecond, count }))[times];
  const added = { floor: percents.map((): number[] => []), ours: percents.map((): number[] => []) };
  // One round before those that count: connections and code are warm.
  for (let round = -1; round < rounds; round += 1) {
    const direct = await timesAt(directTarget(sandbox, body));
    const throughFloor = await timesAt(floor.target(body));
    const throughOurs = await timesAt(ours.target(body));
    if (round < 0) continue;
    for (const [at, percent] of percents.entries()) {
      const without = percentile(direct, percent);
      added.floor[at]?.push(percentile(throughFloor, percent) - without);
      added.ours[at]?.push(percentile(throughOurs, percent) - without);
    }
  }
  return percents.map((percent, at) => ({
    name: `${what}, p${percent}`,
    unit: 'ms',
    floor: spread(added.floor[at] ?? []),
    ours: spread(added.ours[at] ?? []),
  }));
}
