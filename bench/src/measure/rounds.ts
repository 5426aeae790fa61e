import type { LoadGenerator } from '../load/load-generator.ts';
import { cpuMsDuring, type Subject } from '../processes/subject.ts';

export interface RoundPlan {
  readonly body: string;
  readonly concurrency: number;
  /** Requests in one round of one subject. */
  readonly count: number;
  readonly rounds: number;
  readonly warmUp: number;
}

/** CPU in µs a request: one figure a round. */
export type CpuRounds = readonly number[];

/**
 * Measures two subjects in turns, A B, B A, A B …: what the machine does to one it does to the
 * other, and neither is always the first.
 */
export async function measureCpu(
  load: LoadGenerator,
  subjects: readonly [floor: Subject, ours: Subject],
  plan: RoundPlan,
): Promise<readonly [floor: CpuRounds, ours: CpuRounds]> {
  const { body, concurrency, count, rounds, warmUp } = plan;
  const run = (subject: Subject, requests: number) =>
    cpuMsDuring(subject, () =>
      load.run({ kind: 'closed', target: subject.target(body), concurrency, count: requests }),
    );
  if (warmUp > 0) for (const subject of subjects) await run(subject, warmUp);
  const figures = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? subjects : [...subjects].reverse();
    for (const subject of order) {
      figures.get(subject)?.push(((await run(subject, count)) * 1000) / count);
    }
  }
  return [figures.get(subjects[0]) ?? [], figures.get(subjects[1]) ?? []];
}
