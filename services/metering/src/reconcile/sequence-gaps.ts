import type { CommittedOffset } from '@fluxrouter/event-bus';

/**
 * Memory is bounded: with more of a journal in hand its numbers are followed anew from the last one on.
 * That is an hour's work that is caught up with, partition by partition, and no proof of a loss.
 */
const AHEAD_MAX = 100_000;

interface JournalPlace {
  /** All of the journal's events up to this one have been seen, or told missing. */
  upTo: number;
  /** Seen beyond that, with when it was appended. */
  readonly ahead: Map<number, number>;
}

export interface SequenceGap {
  readonly journal: string;
  readonly first: number;
  readonly missing: number;
}

/**
 * Journals number their events without gaps and ship them in order; partitions are read independently, so
 * a number that is not there yet may still come: from a partition that is read up to an earlier time. One
 * that has not come when all are read up to `patienceMs` after a higher one is a gap. Times are of the log.
 *
 * Whoever notes must read all partitions. What was shipped before the first noted event is not known.
 */
export class SequenceGaps {
  readonly #patienceMs: number;
  readonly #places = new Map<string, JournalPlace>();

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  note(journal: string, sequence: number, appendedAtMs: number): void {
    const place = this.#places.get(journal);
    if (place === undefined) {
      this.#places.set(journal, { upTo: sequence, ahead: new Map() });
      return;
    }
    // A copy that was shipped twice, or one from before we began.
    if (sequence <= place.upTo || place.ahead.has(sequence)) return;
    place.ahead.set(sequence, appendedAtMs);
    advance(place);
    if (place.ahead.size <= AHEAD_MAX) return;
    for (const each of place.ahead.keys()) place.upTo = Math.max(place.upTo, each);
    place.ahead.clear();
  }

  /** Those that nobody needs to wait for any more; each is told once. See `readUpToMs`. */
  take(readUpToMs: number): SequenceGap[] {
    const gaps: SequenceGap[] = [];
    for (const [journal, place] of this.#places) {
      for (;;) {
        const next = lowest(place);
        if (next === undefined) break;
        const [sequence, appendedAtMs] = next;
        if (readUpToMs - appendedAtMs < this.#patienceMs) break;
        const first = place.upTo + 1;
        gaps.push({ journal, first, missing: sequence - first });
        place.upTo = sequence - 1;
        advance(place);
      }
    }
    return gaps;
  }
}

function advance(place: JournalPlace): void {
  while (place.ahead.delete(place.upTo + 1)) place.upTo += 1;
}

function lowest({ ahead }: JournalPlace): [number, number] | undefined {
  let found: [number, number] | undefined;
  for (const entry of ahead) if (found === undefined || entry[0] < found[0]) found = entry;
  return found;
}

/**
 * Up to which time, of the log, all partitions have been read.
 *
 * @param readMs append time of the last record that was read, by partition
 * @param askedAtMs `Date.now()` before the other two were asked for
 */
export function readUpToMs(
  committed: ReadonlyMap<number, CommittedOffset>,
  ends: ReadonlyMap<number, bigint>,
  readMs: ReadonlyMap<number, number>,
  askedAtMs: number,
): number {
  let upToMs = askedAtMs;
  for (const [partition, end] of ends) {
    const isAtEnd = (committed.get(partition)?.offset ?? 0n) >= end;
    if (!isAtEnd) upToMs = Math.min(upToMs, readMs.get(partition) ?? 0);
  }
  return upToMs;
}
