/** Events wait here for 25 ms as a rule: at 2,500 requests a second some 150 KB. */
export const ARENA_BYTES = 512 * 1024;

export interface Arena {
  readonly bytes: Buffer;
  used: number;
  /** Pieces that are still needed; at 0 the arena is used again from its start. */
  live: number;
}

/**
 * Memory for what waits to be shipped, used over and over. An event in a buffer of its own, or in
 * Node's pool, is promoted before it is shipped, and then stays, with all that shares its slab,
 * until the next collection of the whole heap: at full load that came every second for it.
 */
export class EventArenas {
  readonly #arenas: Arena[] = [];
  readonly #arenasMax: number;
  #current: Arena | null = null;

  constructor(maxBytes: number) {
    this.#arenasMax = Math.max(1, Math.floor(maxBytes / ARENA_BYTES));
  }

  /** An arena with room for that many bytes in a row; null where there is none at the moment. */
  withRoom(bytes: number): Arena | null {
    if (bytes > ARENA_BYTES) return null;
    const current = this.#current;
    if (current !== null) {
      if (current.live === 0) current.used = 0;
      if (current.used + bytes <= ARENA_BYTES) return current;
    }
    this.#current = this.#free();
    return this.#current;
  }

  #free(): Arena | null {
    const free = this.#arenas.find(({ live }) => live === 0);
    if (free !== undefined) {
      free.used = 0;
      return free;
    }
    if (this.#arenas.length >= this.#arenasMax) return null;
    const arena = { bytes: Buffer.allocUnsafeSlow(ARENA_BYTES), used: 0, live: 0 };
    this.#arenas.push(arena);
    return arena;
  }
}
