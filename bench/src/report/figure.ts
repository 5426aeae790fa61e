import type { Spread } from '../statistics.ts';

/** One line of the table. */
export interface Figure {
  readonly name: string;
  readonly unit: 'µs' | 'ms' | 'MB' | '%';
  readonly floor?: Spread;
  readonly ours: Spread;
  readonly ratio?: Spread;
  readonly goal?: Goal;
}

/** What the figure must not exceed: our own, or its ratio to the floor. */
export interface Goal {
  readonly of: 'ours' | 'ratio';
  readonly atMost: number;
  readonly aim?: number;
}

/** What the backbone's issue asks for. */
export const goals = {
  requestRatio: { of: 'ratio', atMost: 1.8, aim: 1.5 },
  chunkRatio: { of: 'ratio', atMost: 1.4, aim: 1.15 },
  distributedRatio: { of: 'ratio', atMost: 2.5, aim: 1.8 },
  distributedChunkRatio: { of: 'ratio', atMost: 1.6 },
  distributedAddedMs: { of: 'ours', atMost: 3 },
  residentMb: { of: 'ours', atMost: 200 },
  idlePercent: { of: 'ours', atMost: 1.5 },
  idleResidentMb: { of: 'ours', atMost: 700 },
  visibleP99Ms: { of: 'ours', atMost: 1000 },
} as const satisfies Record<string, Goal>;

export function isMet({ ours, ratio, goal }: Figure): boolean | null {
  if (goal === undefined) return null;
  const measured = goal.of === 'ours' ? ours : ratio;
  return measured !== undefined && measured.median <= goal.atMost;
}

/** Where it was measured is in the results; this is when, and beside what. */
export interface Circumstances {
  readonly date: string;
  /** Of the last minute before the run: what others were doing. */
  readonly loadBefore: number;
}

/** What was measured together, at one time. */
export interface Section {
  readonly title: string;
  readonly circumstances: Circumstances;
  readonly figures: readonly Figure[];
  /** How the figures are to be read. */
  readonly notes: readonly string[];
}
