import type { LoadGenerator } from '../load/load-generator.ts';
import { cpuMsSince, readCpu } from '../processes/process-reading.ts';
import type { Subject } from '../processes/subject.ts';

export interface RoundPlan {
  readonly body: string;
  readonly concurrency: number;
  readonly rounds: number;
  /** Of one round of one subject. */
  readonly roundMs: number;
  /** Fewer requests say little: a round takes longer until it has them. */
  readonly countMin: number;
  /** Of each subject, before its first round: until V8 has compiled what is hot. */
  readonly warmUpCount: number;
}

/** CPU in µs a request, of all the subject's processes: one figure a round. */
export interface CpuRounds {
  readonly floor: readonly number[];
  readonly ours: readonly number[];
}

const warmUpMsMax = 15_000;

/**
 * Measures two subjects in turns, A B, B A, A B …: what the machine does to one it does to the
 * other, and neither is always the first.
 */
export async function measureCpu(
  load: LoadGenerator,
  { floor, ours }: { readonly floor: Subject; readonly ours: Subject },
  { body, concurrency, rounds, roundMs, countMin, warmUpCount }: RoundPlan,
): Promise<CpuRounds> {
  const cpuUs = async (subject: Subject, forMs: number, countMax = 100_000) => {
    const pids = subject.pids ?? [subject.pid];
    const before = pids.map((pid) => ({ pid, cpu: readCpu(pid) }));
    const target = subject.target(body);
    const loop = { kind: 'closed', target, concurrency, forMs, countMin, countMax } as const;
    const { count } = await load.run(loop);
    await subject.settled();
    const usedMs = before.reduce((sum, { pid, cpu }) => sum + cpuMsSince(cpu, pid), 0);
    return (usedMs * 1000) / count;
  };
  // countMin holds for the warm-up too, and is less than what it asks for.
  await cpuUs(floor, warmUpMsMax, warmUpCount);
  await cpuUs(ours, warmUpMsMax, warmUpCount);
  const figures = { floor: [] as number[], ours: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) figures.floor.push(await cpuUs(floor, roundMs));
    figures.ours.push(await cpuUs(ours, roundMs));
    if (round % 2 === 1) figures.floor.push(await cpuUs(floor, roundMs));
  }
  return figures;
}
