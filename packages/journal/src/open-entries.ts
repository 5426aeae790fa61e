import type { EntryRecord } from './entry-format.ts';
import type { RecoveredEntry } from './journal.ts';

export interface OpenEntry {
  readonly begun: Uint8Array;
  updated: Uint8Array | null;
  /** The chunk that has to stay for this entry's sake; null until its commit. */
  chunk: number | null;
}

/** The open entries, oldest chunk first. */
export class OpenEntries {
  readonly #open = new Map<number, OpenEntry>();
  readonly #recovered = new Set<number>();
  #uncommitted: OpenEntry[] = [];
  #nextEntry = 1;

  get size(): number {
    return this.#open.size;
  }

  begin(payload: Uint8Array): number {
    const entry = this.#nextEntry++;
    const open = { begun: payload, updated: null, chunk: null };
    this.#open.set(entry, open);
    this.#uncommitted.push(open);
    return entry;
  }

  update(entry: number, payload: Uint8Array): boolean {
    const open = this.#open.get(entry);
    if (open === undefined) return false;
    open.updated = payload;
    return true;
  }

  finish(entry: number): boolean {
    this.#recovered.delete(entry);
    return this.#open.delete(entry);
  }

  /** What was begun since the last commit is in this chunk. */
  committed(chunk: number): void {
    if (this.#uncommitted.length === 0) return;
    for (const open of this.#uncommitted) open.chunk = chunk;
    this.#uncommitted = [];
  }

  /** The oldest chunk that an open entry needs; null where none needs a committed one. */
  oldestChunk(): number | null {
    for (const { chunk } of this.#open.values()) return chunk;
    return null;
  }

  /** Takes up to `limit` of the oldest entries that need a chunk up to `chunk`: written anew now. */
  carry(chunk: number, limit: number): [number, OpenEntry][] {
    const carried: [number, OpenEntry][] = [];
    for (const [entry, open] of this.#open) {
      if (open.chunk === null || open.chunk > chunk || carried.length >= limit) break;
      carried.push([entry, open]);
    }
    for (const [entry, open] of carried) {
      this.#open.delete(entry);
      this.#open.set(entry, open);
      this.#uncommitted.push(open);
    }
    return carried;
  }

  /** Takes a chunk of an earlier process into account. */
  replay({ kind, entry, payload }: EntryRecord, chunk: number): void {
    this.#nextEntry = Math.max(this.#nextEntry, entry + 1);
    if (kind === 'finish') {
      this.finish(entry);
    } else if (kind === 'update') {
      this.update(entry, payload);
    } else {
      this.#open.delete(entry);
      this.#open.set(entry, { begun: payload, updated: null, chunk });
      this.#recovered.add(entry);
    }
  }

  recovered(): RecoveredEntry[] {
    return [...this.#recovered].flatMap((entry) => {
      const open = this.#open.get(entry);
      return open === undefined ? [] : [{ entry, begun: open.begun, updated: open.updated }];
    });
  }
}
