import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BusRecord } from '../port.ts';
import { type BatchRow, decodeBatch, decodedBytes } from './record-batch.ts';
import { recordTable } from './topic-schema.ts';

const ROWS_A_READ = 16;

/** The prepared statements of one partition. */
export class PartitionTable {
  readonly #topic: string;
  readonly #partition: number;
  readonly #insert: StatementSync;
  readonly #selectEnd: StatementSync;
  readonly #selectBase: StatementSync;
  readonly #selectRows: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync, topic: string, partition: number) {
    this.#topic = topic;
    this.#partition = partition;
    const table = recordTable(partition);
    this.#insert = database.prepare(`INSERT INTO ${table} VALUES (?, ?, ?, ?)`);
    this.#selectEnd = database.prepare(`SELECT next FROM ${table} ORDER BY base DESC LIMIT 1`);
    this.#selectBase = database.prepare(`SELECT max(base) FROM ${table} WHERE base <= ?`);
    this.#selectRows = database.prepare(
      `SELECT base, appended_at_ms, body FROM ${table} WHERE base >= ? ORDER BY base LIMIT ?`,
    );
    this.#update = database.prepare(`UPDATE ${table} SET body = ? WHERE base = ?`);
    this.#delete = database.prepare(`DELETE FROM ${table} WHERE base = ?`);
    this.#selectEnd.setReturnArrays(true);
    this.#selectBase.setReturnArrays(true);
    this.#selectRows.setReturnArrays(true);
  }

  end(): number {
    const row = this.#selectEnd.get() as unknown as [number] | undefined;
    return row?.[0] ?? 0;
  }

  insert(base: number, next: number, appendedAtMs: number, body: Uint8Array): void {
    this.#insert.run(base, next, appendedAtMs, body);
  }

  replace(base: number, body: Uint8Array | null): void {
    if (body === null) this.#delete.run(base);
    else this.#update.run(body, base);
  }

  /** The `base` of the row in which `offset` is, or would be had it not been compacted away. */
  baseAt(offset: number): number {
    const row = this.#selectBase.get(offset) as unknown as [number | null];
    return row[0] ?? 0;
  }

  rows(fromBase: number, limit: number): BatchRow[] {
    const rows = this.#selectRows.all(fromBase, limit) as unknown as [number, number, Uint8Array][];
    return rows.map(([base, appendedAtMs, body]) => ({
      topic: this.#topic,
      partition: this.#partition,
      base,
      appendedAtMs,
      body,
    }));
  }

  read(from: number, maxRecords: number, maxBytes: number): BusRecord[] {
    const records: BusRecord[] = [];
    let bytes = 0;
    for (let base = this.baseAt(from); ; ) {
      const rows = this.rows(base, ROWS_A_READ);
      for (const row of rows) {
        base = row.base + 1;
        for (const record of decodeBatch(row, from)) {
          bytes += decodedBytes(record);
          const full = records.length >= maxRecords || bytes > maxBytes;
          if (full && records.length > 0) return records;
          records.push(record);
        }
      }
      if (rows.length < ROWS_A_READ) return records;
    }
  }
}
