import type { CommittedOffset } from '@fluxrouter/event-bus';

/**
 * Memory is bounded: with more of a journal in hand its numbers are followed anew from the last one on.
 * That is an hour's work that is caught up with, partition by partition, and no proof of a loss.
 */
const AHEAD_MAX = 100_000;

interface JournalPlace {
  /** All of the journal's events up to this one have been seen, or told missing. Undefined: not known yet. */
  upTo: number | undefined;
  /** Seen beyond that, with when it was appended. */
  readonly ahead: Map<number, number>;
  /** Told missing, and not seen since. */
  readonly told: Set<number>;
}

export interface SequenceGap {
  readonly journal: string;
  readonly first: number;
  readonly missing: number;
}

/** The first number of a journal. */
const FIRST = 1;

/**
 * Journals number their events without gaps and ship them in order; partitions are read independently, so
 * a number that is not there yet may still come: from a partition that is read up to an earlier time. One
 * that has not come when all are read up to `patienceMs` after a higher one is a gap, until it comes: what
 * waits out a broker's absence, or the one who adopts its journal, is late and not lost. Times are of the log.
 *
 * Whoever notes must read all partitions, from `fromMs` on. Where a journal's first event is not among what
 * was noted, its numbers are followed from `patienceMs` after the first that was: of those before, some may
 * have been read in another life.
 */
export class SequenceGaps {
  readonly #patienceMs: number;
  readonly #fromMs: number;
  readonly #places = new Map<string, JournalPlace>();

  constructor(patienceMs: number, fromMs = 0) {
    this.#patienceMs = patienceMs;
    this.#fromMs = fromMs;
  }

  /** Events that are missing now. */
  get missing(): number {
    let total = 0;
    for (const { told } of this.#places.values()) total += told.size;
    return total;
  }

  note(journal: string, sequence: number, appendedAtMs: number): void {
    if (appendedAtMs < this.#fromMs) return;
    const place = this.#placeOf(journal);
    if (sequence === FIRST) place.upTo ??= 0;
    // A copy that was shipped twice, one that was missing, or one from before we began.
    if (place.told.delete(sequence) || sequence <= (place.upTo ?? 0)) return;
    // The copy that came first tells for how long those before it are missing.
    if (!place.ahead.has(sequence)) place.ahead.set(sequence, appendedAtMs);
    advance(place);
    if (place.ahead.size <= AHEAD_MAX) return;
    for (const each of place.ahead.keys()) place.upTo = Math.max(place.upTo ?? 0, each);
    place.ahead.clear();
  }

  /** Those that nobody needs to wait for any more; each is told once. See `readUpToMs`. */
  take(readUpToMs: number): SequenceGap[] {
    const gaps: SequenceGap[] = [];
    for (const [journal, place] of this.#places) {
      if (place.upTo === undefined && !this.#begin(place, readUpToMs)) continue;
      for (;;) {
        const next = lowest(place);
        if (next === undefined) break;
        const [sequence, appendedAtMs] = next;
        if (readUpToMs - appendedAtMs < this.#patienceMs) break;
        const first = (place.upTo ?? 0) + 1;
        gaps.push({ journal, first, missing: sequence - first });
        for (let n = first; n < sequence && place.told.size < AHEAD_MAX; n += 1) place.told.add(n);
        place.upTo = sequence - 1;
        advance(place);
      }
    }
    return gaps;
  }

  #placeOf(journal: string): JournalPlace {
    const known = this.#places.get(journal);
    if (known !== undefined) return known;
    const place = { upTo: undefined, ahead: new Map(), told: new Set<number>() };
    this.#places.set(journal, place);
    return place;
  }

  #begin(place: JournalPlace, readUpToMs: number): boolean {
    let untilMs = Number.POSITIVE_INFINITY;
    for (const appendedAtMs of place.ahead.values())
      untilMs = Math.min(untilMs, appendedAtMs + this.#patienceMs);
    if (readUpToMs < untilMs) return false;
    let highest = 0;
    for (const [sequence, appendedAtMs] of place.ahead)
      if (appendedAtMs < untilMs) highest = Math.max(highest, sequence);
    place.upTo = highest;
    for (const sequence of place.ahead.keys())
      if (sequence <= highest) place.ahead.delete(sequence);
    advance(place);
    return true;
  }
}

function advance(place: JournalPlace): void {
  if (place.upTo === undefined) return;
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
