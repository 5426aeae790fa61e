import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
  readonly text: string;
}

export interface MigrateOptions {
  /** How many inserts ClickHouse remembers per table, to recognise one that comes again. */
  deduplicationWindow?: number;
}

// 12 partitions × 3 inserts a second: five minutes of what others insert while one batch is retried.
const DEDUPLICATION_WINDOW = 10_000;

/** Makes the database what this version expects, by the numbered files that it lacks. */
export async function migrate(
  client: ClickHouseClient,
  { deduplicationWindow = DEDUPLICATION_WINDOW }: MigrateOptions = {},
): Promise<void> {
  await client.command({ query: 'CREATE DATABASE IF NOT EXISTS flux ENGINE = Atomic' });
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS flux.migrations
      (number UInt32, name String, sha256 String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
      ENGINE = ReplacingMergeTree ORDER BY number`,
  });
  const applied = await appliedMigrations(client);
  for (const migration of knownMigrations()) {
    const sha256 = applied.get(migration.number);
    if (sha256 === undefined) await apply(client, migration, deduplicationWindow);
    else if (sha256 !== migration.sha256) throw new MigrationChangedError(migration.name);
  }
}

/** Somebody edited a migration that has run here: write a new one instead. */
export class MigrationChangedError extends Error {
  constructor(name: string) {
    super(`migration ${name} differs from what was applied to this database`);
    this.name = 'MigrationChangedError';
  }
}

async function appliedMigrations(client: ClickHouseClient): Promise<Map<number, string>> {
  const result = await client.query({
    query: 'SELECT number, sha256 FROM flux.migrations FINAL ORDER BY number',
    format: 'JSONEachRow',
  });
  const rows = await result.json<{ number: number; sha256: string }>();
  return new Map(rows.map((row) => [row.number, row.sha256]));
}

/** A crash in the middle leaves it unrecorded: statements have to be harmless a second time. */
async function apply(client: ClickHouseClient, migration: Migration, window: number) {
  for (const statement of statementsOf(migration.text)) {
    const query = statement.replaceAll('{deduplicationWindow}', String(window));
    await client.command({ query });
  }
  const { number, name, sha256 } = migration;
  await client.insert({
    table: 'flux.migrations',
    columns: ['number', 'name', 'sha256'],
    values: [{ number, name, sha256 }],
    format: 'JSONEachRow',
  });
}

function knownMigrations(): Migration[] {
  const folder = new URL('./migrations/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const sha256 = createHash('sha256').update(text).digest('hex');
    return { number: Number.parseInt(name, 10), name, sha256, text };
  });
}

/** Statements end in a semicolon at a line's end; lines of comment go. */
function statementsOf(text: string): string[] {
  const code = text.replaceAll(/^\s*--.*\n/gm, '');
  return code.split(/;\s*\n/).filter((statement) => statement.trim() !== '');
}
