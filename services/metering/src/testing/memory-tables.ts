import type { DeadRow, PointerRow } from '../clickhouse/forgiving-tables.ts';
import type { UsageRow } from '../clickhouse/usage-row.ts';
import type { MeteringTables } from '../write-cut.ts';

/** What goes wrong with an insert of the usage table. */
export type Failure =
  | 'none'
  /** Nothing happened. */
  | 'away'
  /** All happened but the answer. */
  | 'reply lost'
  /** ClickHouse was killed with the token in its log and the part not in place. */
  | 'part lost';

/** Tables that know tokens as ClickHouse does, and fail as they are told. */
export interface MemoryTables extends MeteringTables {
  readonly inserts: { token: string; offsets: number[] }[];
  /** Offsets of the rows of `usage`, in the order of insertion. */
  readonly offsets: number[];
  readonly pointerRows: PointerRow[];
  readonly deadRows: DeadRow[];
  /** Of the next inserts. */
  failures: Failure[];
  onInsert: () => void;
}

/** @param tokensMax how many inserts it remembers. */
export function memoryTables(tokensMax = Number.POSITIVE_INFINITY): MemoryTables {
  const tokens = new Set<string>();
  const events = new Set<string>();
  const absent = async (rows: readonly UsageRow[]) =>
    rows.filter((row) => !events.has(row.event_id));
  const tables: MemoryTables = {
    inserts: [],
    offsets: [],
    pointerRows: [],
    deadRows: [],
    failures: [],
    onInsert: () => {},
    usage: {
      async insert(rows: readonly UsageRow[], token: string) {
        tables.onInsert();
        const offsets = rows.map((row) => Number(row.offset));
        tables.inserts.push({ token, offsets });
        const failure = tables.failures.shift() ?? 'none';
        if (failure === 'away') throw new Error('ClickHouse is away');
        const known = tokens.has(token);
        tokens.add(token);
        for (const oldest of tokens) if (tokens.size > tokensMax) tokens.delete(oldest);
        if (failure === 'part lost') throw new Error('ClickHouse was killed');
        if (!known) {
          tables.offsets.push(...offsets);
          for (const row of rows) events.add(row.event_id);
        }
        if (failure === 'reply lost') throw new Error('the reply was lost');
      },
      absent,
      missing: absent,
    },
    pointers: { insert: async (rows) => void tables.pointerRows.push(...rows) },
    dead: { insert: async (rows) => void tables.deadRows.push(...rows) },
  };
  return tables;
}
