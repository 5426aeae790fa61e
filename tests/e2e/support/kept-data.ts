import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

/** Something that is kept on disk: where it is, and all its bytes, unpacked. */
export interface Kept {
  readonly place: string;
  readonly bytes: Buffer;
}

/** Every file below a directory as it lies there, paths and all. */
export function filesBelow(directory: string): Kept[] {
  return pathsBelow(directory).flatMap((path) => {
    const place = relative(directory, path);
    return whileThere(() => [
      { place, bytes: Buffer.concat([Buffer.from(`${place}\n`), readFileSync(path)]) },
    ]);
  });
}

function pathsBelow(directory: string): string[] {
  return whileThere(() => readdirSync(directory, { withFileTypes: true })).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return pathsBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** An engine at work takes its temporary files away while they are looked for. */
function whileThere<T>(look: () => T[]): T[] {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Every row of every table of every SQLite file: a long value is not in one piece in the file. */
export function sqliteRowsBelow(directory: string): Kept[] {
  return filesBelow(directory)
    .filter(({ place }) => place.endsWith('.sqlite'))
    .flatMap(({ place }) => {
      const database = new DatabaseSync(join(directory, place), { readOnly: true });
      const tables = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .all() as unknown as { name: string }[];
      const kept = tables.map(({ name }) => {
        const rows = database.prepare(`SELECT * FROM "${name}"`).all();
        const values = rows.flatMap((row) => Object.values(row));
        const bytes = values.map((value) =>
          value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(`${value}\n`),
        );
        return { place: `${place}: ${name}`, bytes: Buffer.concat(bytes) };
      });
      database.close();
      return kept;
    });
}

// As JSON: a zero byte ends what the engine's binding gives back.
const readTables = `
  const { Session } = await import('chdb');
  const session = new Session(process.argv[1]);
  const ask = (sql, format) => session.query(sql, format).toString();
  const tables = ask("SELECT database || '.' || name FROM system.tables WHERE engine LIKE '%MergeTree'", 'TabSeparated').trim().split('\\n');
  for (const table of tables) {
    process.stdout.write('TABLE ' + table + '\\n' + ask('SELECT * FROM ' + table, 'JSONEachRow'));
  }
  session.close?.();
`;

/** Every row of the ClickHouse tables of a stopped system, decompressed, in a process of its own. */
export function clickHouseRows(dataDir: string): Kept {
  // The engine is a dependency of metering, not of the tests.
  const cwd = fileURLToPath(new URL('../../../services/metering/', import.meta.url));
  const bytes = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', readTables, join(dataDir, 'clickhouse')],
    { cwd, maxBuffer: 256 * 1024 * 1024 },
  );
  return { place: 'clickhouse', bytes };
}
