import type { CommittedOffset } from '@fluxrouter/event-bus';

/**
 * Rows are made from events by this version of `toUsageRow`. It is part of the token: were the same
 * token used for other rows, ClickHouse would silently throw them away.
 */
const ENCODER_VERSION = 1;

/** The half-open range of offsets that one insert covers. */
export interface Cut {
  readonly start: bigint;
  readonly end: bigint;
}

/** What is stored with an offset of the group. */
interface CommitNote {
  /** The insert of [offset, plannedEnd) may have happened: it must be repeated exactly so. */
  plannedEnd?: string;
  /** Epoch of the topic that the plan was made for. */
  epoch?: string;
  /** What was appended before this time is inserted. */
  appliedUntilMs?: number;
}

export function planNote(cut: Cut, epoch: string, appliedUntilMs: number): string {
  return JSON.stringify({
    plannedEnd: cut.end.toString(),
    epoch,
    appliedUntilMs,
  } satisfies CommitNote);
}

export function doneNote(appliedUntilMs: number): string {
  return JSON.stringify({ appliedUntilMs } satisfies CommitNote);
}

/** The plan that a predecessor left, if it left one for this very topic. */
export function readPlan(committed: CommittedOffset | null, epoch: string): Cut | null {
  if (committed === null) return null;
  const note = readNote(committed.metadata);
  if (note.plannedEnd === undefined || note.epoch !== epoch) return null;
  const end = BigInt(note.plannedEnd);
  return end > committed.offset ? { start: committed.offset, end } : null;
}

export function readAppliedUntilMs(committed: CommittedOffset | null): number {
  return (committed === null ? undefined : readNote(committed.metadata).appliedUntilMs) ?? 0;
}

function readNote(metadata: string): CommitNote {
  return metadata === '' ? {} : (JSON.parse(metadata) as CommitNote);
}

export interface CutOrigin {
  readonly topic: string;
  readonly epoch: string;
  readonly partition: number;
}

/** Equal for the same records of the same topic's life, whoever inserts them, and for nothing else. */
export function cutToken({ topic, epoch, partition }: CutOrigin, cut: Cut): string {
  return `${topic}/${epoch}/${partition}/${cut.start}-${cut.end}/v${ENCODER_VERSION}`;
}
