import type { Stage } from '../processes/stage.ts';
import { startServices } from '../processes/start-services.ts';
import type { Subject } from '../processes/subject.ts';
import { type Figure, type Goal, goals } from '../report/figure.ts';
import { chunksPerStream, requestBodies } from '../request-bodies.ts';
import { pairedRatio, percentile, spread } from '../statistics.ts';
import { type CpuRounds, measureCpu } from './cpu-rounds.ts';
import { measureUnitCosts, unitCostNotes } from './unit-costs.ts';

const busy = 16;
const rounds = 6;
const requestsPerSecond = 200;
const latencyRounds = 3;

export const distributedNotes = [
  'Distributed: ingress, router and provider-proxy in processes of their own, their CPU summed, beside the gateway of `npm start` (in the column of the floor). Each with its journal shipped; metering, query and accounts do the same work in both forms.',
  ...unitCostNotes,
];

/** What it costs to have each service in a process of its own, beside `npm start`. */
export async function measureDistributed(stage: Stage): Promise<Figure[]> {
  const services = await startServices(stage.sandbox);
  try {
    const subjects = { floor: stage.ours, ours: services };
    const whole = { body: requestBodies.whole, concurrency: busy, rounds, roundMs: 1200 };
    const { load } = stage;
    const requests = await measureCpu(load, subjects, {
      ...whole,
      countMin: 400,
      warmUpCount: 10_000,
    });
    const streamPlan = { ...whole, countMin: 100, warmUpCount: 1500 };
    const streams = await measureCpu(load, subjects, { ...streamPlan, body: requestBodies.stream });
    const paced = await measureCpu(load, subjects, {
      ...streamPlan,
      body: requestBodies.pacedStream,
      concurrency: 2 * busy,
      roundMs: 2000,
      warmUpCount: 150,
    });
    return [
      cpuFigure(`request of 2 KB, ${busy} at a time`, requests, 1, goals.distributedRatio),
      cpuFigure(
        'stream chunk, ten a packet',
        streams,
        chunksPerStream,
        goals.distributedChunkRatio,
      ),
      cpuFigure('stream chunk, one a packet', paced, chunksPerStream, goals.distributedChunkRatio),
      await addedLatency(stage, services),
      ...(await measureUnitCosts(load, services)),
    ];
  } catch (error) {
    process.stderr.write(services.system.said());
    throw error;
  } finally {
    await services.stop();
  }
}

function cpuFigure(name: string, cpu: CpuRounds, per: number, goal: Goal): Figure {
  const each = (values: readonly number[]) => spread(values.map((us) => us / per));
  const ratio = pairedRatio(cpu.ours, cpu.floor);
  return { name, unit: 'µs', floor: each(cpu.floor), ours: each(cpu.ours), ratio, goal };
}

/** The median of an answer's time through the services less the one through the gateway. */
async function addedLatency({ load, ours }: Stage, services: Subject): Promise<Figure> {
  const count = requestsPerSecond * 2;
  const medianAt = async (subject: Subject) => {
    const target = subject.target(requestBodies.whole);
    const result = await load.run({ kind: 'open', target, perSecond: requestsPerSecond, count });
    return percentile(result.totalMs, 50);
  };
  const added: number[] = [];
  for (let round = -1; round < latencyRounds; round += 1) {
    const gateway = await medianAt(ours);
    const distributed = await medianAt(services);
    if (round >= 0) added.push(distributed - gateway);
  }
  const name = `added to an answer at ${requestsPerSecond}/s, p50`;
  return { name, unit: 'ms', ours: spread(added), goal: goals.distributedAddedMs };
}
