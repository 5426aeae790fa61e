/** Beyond it a journal's gap is told without waiting, so that memory stays bounded. */
const AHEAD_MAX = 100_000;

interface JournalPlace {
  /** All of the journal's events up to this one have been seen, or told missing. */
  upTo: number;
  /** Seen beyond that, with when. */
  readonly ahead: Map<number, number>;
}

export interface SequenceGap {
  readonly journal: string;
  readonly first: number;
  readonly missing: number;
}

/**
 * Journals number their events without gaps and ship them in order; partitions are read independently, so
 * a number that is not there yet may still come. One that has not after `patienceMs` is a gap.
 *
 * Whoever notes must read all partitions. What was shipped before the first noted event is not known.
 */
export class SequenceGaps {
  readonly #patienceMs: number;
  readonly #places = new Map<string, JournalPlace>();

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  note(journal: string, sequence: number, nowMs: number): void {
    const place = this.#places.get(journal);
    if (place === undefined) {
      this.#places.set(journal, { upTo: sequence, ahead: new Map() });
      return;
    }
    // A copy that was shipped twice, or one from before we began.
    if (sequence <= place.upTo || place.ahead.has(sequence)) return;
    place.ahead.set(sequence, nowMs);
    advance(place);
  }

  /** Those that nobody needs to wait for any more; each is told once. */
  take(nowMs: number): SequenceGap[] {
    const gaps: SequenceGap[] = [];
    for (const [journal, place] of this.#places) {
      for (;;) {
        const next = lowest(place);
        if (next === undefined) break;
        const [sequence, seenAtMs] = next;
        const isOld = nowMs - seenAtMs >= this.#patienceMs || place.ahead.size > AHEAD_MAX;
        if (!isOld) break;
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
