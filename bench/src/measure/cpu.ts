import type { Stage } from '../processes/stage.ts';
import { type Figure, type Goal, goals } from '../report/figure.ts';
import { chunksPerStream, requestBodies } from '../request-bodies.ts';
import { pairedRatio, spread } from '../statistics.ts';
import { type CpuRounds, measureCpu } from './cpu-rounds.ts';

const busy = 16;

export const cpuNotes = [
  'CPU: user + system of the gateway process, all threads, until its journal is empty, over the count of one round.',
  `Per chunk: CPU of whole streams over their ${chunksPerStream} content chunks; a stream's fixed cost is in it, on both sides.`,
];

/** CPU a request, a stream and a chunk, beside the floor. */
export async function measureAllCpu(
  { load, floor, ours }: Stage,
  { quick }: { readonly quick: boolean },
): Promise<Figure[]> {
  const subjects = { floor, ours };
  const rounds = quick ? 6 : 12;
  const roundMs = 1200;
  const whole = { body: requestBodies.whole, roundMs, countMin: 400, warmUpCount: 15_000 };
  const stream = { body: requestBodies.stream, roundMs, countMin: 100, warmUpCount: 2000 };
  const figures: Figure[] = [];
  const requests = await measureCpu(load, subjects, { ...whole, concurrency: busy, rounds });
  figures.push(figure(`request of 2 KB, ${busy} at a time`, requests, 1, goals.requestRatio));
  if (!quick) {
    const plan = { ...whole, concurrency: 1, rounds: 6, warmUpCount: 500 };
    figures.push(figure('request of 2 KB, one at a time', await measureCpu(load, subjects, plan)));
  }
  const streams = await measureCpu(load, subjects, { ...stream, concurrency: busy, rounds });
  figures.push(
    figure(`stream of ${chunksPerStream} chunks, ${busy} at a time`, streams),
    figure('stream chunk, ten a packet', streams, chunksPerStream, goals.chunkRatio),
  );
  if (!quick) {
    const body = requestBodies.pacedStream;
    const plan = {
      ...stream,
      body,
      concurrency: 2 * busy,
      rounds: 6,
      roundMs: 2000,
      warmUpCount: 150,
    };
    const paced = await measureCpu(load, subjects, plan);
    figures.push(figure('stream chunk, one a packet', paced, chunksPerStream, goals.chunkRatio));
  }
  return figures;
}

function figure(name: string, rounds: CpuRounds, per = 1, goal?: Goal): Figure {
  const each = (values: readonly number[]) => spread(values.map((us) => us / per));
  return {
    name,
    unit: 'µs',
    floor: each(rounds.floor),
    ours: each(rounds.ours),
    ratio: pairedRatio(rounds.ours, rounds.floor),
    ...(goal && { goal }),
  };
}
