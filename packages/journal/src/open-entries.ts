import type { EntryRecord } from './entry-format.ts';
import { EntryTable } from './entry-table.ts';
import type { RecoveredEntry } from './journal.ts';

export interface OpenEntry {
  readonly entry: number;
  readonly begun: Uint8Array;
  updated: Uint8Array | null;
  /** The chunk that has to stay for this entry's sake; null until its commit. */
  chunk: number | null;
  older: OpenEntry | null;
  newer: OpenEntry | null;
}

/** The open entries, in a row from the oldest chunk on. */
export class OpenEntries {
  readonly #byNumber = new EntryTable<OpenEntry>();
  #oldest: OpenEntry | null = null;
  #newest: OpenEntry | null = null;
  readonly #recovered = new Set<number>();
  #uncommitted: OpenEntry[] = [];
  #nextEntry = 1;

  get size(): number {
    return this.#byNumber.size;
  }

  begin(payload: Uint8Array): number {
    const open = this.#add(this.#nextEntry++, payload, null);
    this.#uncommitted.push(open);
    return open.entry;
  }

  update(entry: number, payload: Uint8Array): boolean {
    const open = this.#byNumber.get(entry);
    if (open === null) return false;
    open.updated = payload;
    return true;
  }

  finish(entry: number): boolean {
    if (this.#recovered.size > 0) this.#recovered.delete(entry);
    const open = this.#byNumber.get(entry);
    if (open === null) return false;
    this.#byNumber.delete(entry);
    this.#unlink(open);
    return true;
  }

  /** What was begun since the last commit is in this chunk. */
  committed(chunk: number): void {
    if (this.#uncommitted.length === 0) return;
    for (const open of this.#uncommitted) open.chunk = chunk;
    this.#uncommitted = [];
  }

  /** The oldest chunk that an open entry needs; null where none needs a committed one. */
  oldestChunk(): number | null {
    return this.#oldest?.chunk ?? null;
  }

  /** Takes up to `limit` of the oldest entries that need a chunk up to `chunk`: written anew now. */
  carry(chunk: number, limit: number): OpenEntry[] {
    const carried: OpenEntry[] = [];
    for (let open = this.#oldest; open !== null && carried.length < limit; open = open.newer) {
      if (open.chunk === null || open.chunk > chunk) break;
      carried.push(open);
    }
    for (const open of carried) {
      this.#unlink(open);
      this.#append(open);
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
      this.finish(entry);
      this.#add(entry, payload, chunk);
      this.#recovered.add(entry);
    }
  }

  recovered(): RecoveredEntry[] {
    return [...this.#recovered].flatMap((entry) => {
      const open = this.#byNumber.get(entry);
      return open === null ? [] : [{ entry, begun: open.begun, updated: open.updated }];
    });
  }

  #add(entry: number, begun: Uint8Array, chunk: number | null): OpenEntry {
    const open = { entry, begun, updated: null, chunk, older: null, newer: null };
    this.#byNumber.add(open);
    this.#append(open);
    return open;
  }

  #append(open: OpenEntry): void {
    open.older = this.#newest;
    if (this.#newest === null) this.#oldest = open;
    else this.#newest.newer = open;
    this.#newest = open;
  }

  #unlink(open: OpenEntry): void {
    const { older, newer } = open;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    open.older = null;
    open.newer = null;
  }
}
