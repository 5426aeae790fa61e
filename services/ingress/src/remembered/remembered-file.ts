import { createHash } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { checkpointer, openDatabase } from '@fluxrouter/event-bus/sqlite';

/**
 * What all gateway processes of one machine remember together, over restarts: which Idempotency-Keys
 * were used and who got which id that is kept at a provider. No words of a client or of a provider:
 * keys and bodies are hashes under the pepper, a provider's ids are hashed with the account that got
 * them. A lost file forgets, and nothing worse.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS idempotency_key (
    name BLOB PRIMARY KEY, body BLOB NOT NULL, request TEXT NOT NULL, owner INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL, finished INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS issued_id (
    name BLOB PRIMARY KEY, provider TEXT NOT NULL, model TEXT NOT NULL) STRICT;
`;
/** Others hold the lock for some 20 µs; longer is a stalled disk. */
const BUSY_MS_MAX = 100;
/** About what a row adds to the WAL. */
const WAL_BYTES_A_WRITE = 8_400;
/** Old rows go every so many new ones. */
const FORGET_EVERY = 256;

export interface RememberedLimits {
  readonly idempotencyKeysMax: number;
  readonly idempotencyKeepMs: number;
  readonly keptIdsMax: number;
}

export interface KnownKey {
  readonly body: Uint8Array;
  readonly request: string;
  readonly seenAtMs: number;
  readonly finished: boolean;
}

/** Who gave an id out: a provider's id, and the catalogue id of its model. */
export interface Issuer {
  readonly provider: string;
  readonly model: string;
}

export interface KeptId extends Issuer {
  readonly id: string;
  readonly account: string;
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** A damaged file (a power cut) is put aside: what was in it is forgotten, and the gateway starts. */
function openOrReplace(path: string): DatabaseSync {
  const open = () => openDatabase({ path, prepareSchema: (opened) => opened.exec(SCHEMA) });
  try {
    return open();
  } catch (error) {
    const code = (error as { errcode?: number }).errcode ?? 0;
    if (![SQLITE_CORRUPT, SQLITE_NOTADB].includes(code & 0xff)) throw error;
    for (const end of ['', '-wal', '-shm']) {
      if (existsSync(path + end)) renameSync(path + end, `${path}.damaged${end}`);
    }
    return open();
  }
}

/** Every call may throw where the disk is full or the lock is held for too long. */
export class RememberedFile {
  readonly #path: string;
  readonly #owner: number;
  readonly #limits: RememberedLimits;
  readonly #database: DatabaseSync;
  readonly #insertKey: StatementSync;
  readonly #findKey: StatementSync;
  readonly #takeKey: StatementSync;
  readonly #finishKey: StatementSync;
  readonly #deleteKey: StatementSync;
  readonly #insertId: StatementSync;
  readonly #findId: StatementSync;
  #newKeys = 0;
  #newIds = 0;

  /** @param owner names this gateway process among those that share the file: what it left open it settles at its next start. */
  constructor(path: string, owner: string, limits: RememberedLimits) {
    this.#path = path;
    this.#owner = createHash('sha256').update(owner).digest().readUIntBE(0, 6);
    this.#limits = limits;
    const database = openOrReplace(path);
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS_MAX}`);
    this.#database = database;
    this.#insertKey = database.prepare(
      'INSERT INTO idempotency_key VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING',
    );
    this.#findKey = database.prepare(
      'SELECT body, request, seen_at_ms AS seenAtMs, finished FROM idempotency_key WHERE name = ?',
    );
    this.#takeKey = database.prepare(
      `UPDATE idempotency_key SET body = ?, request = ?, owner = ?, seen_at_ms = ?, finished = 0
       WHERE name = ? AND request = ?`,
    );
    this.#finishKey = database.prepare(
      'UPDATE idempotency_key SET finished = 1 WHERE name = ? AND request = ?',
    );
    this.#deleteKey = database.prepare(
      'DELETE FROM idempotency_key WHERE name = ? AND request = ?',
    );
    this.#insertId = database.prepare('INSERT OR REPLACE INTO issued_id VALUES (?, ?, ?)');
    this.#findId = database.prepare('SELECT provider, model FROM issued_id WHERE name = ?');
  }

  /** null: the key is the request's now; else whose it is. Of two processes one gets it. */
  claimKey(name: Uint8Array, body: Uint8Array, request: string, nowMs: number): KnownKey | null {
    const { changes } = this.#insertKey.run(name, body, request, this.#owner, nowMs);
    if (changes === 1) {
      this.#wrote();
      if (++this.#newKeys % FORGET_EVERY === 0) this.#forgetKeys(nowMs);
      return null;
    }
    const row = this.#findKey.get(name) as unknown as
      | (Omit<KnownKey, 'finished'> & { finished: number })
      | undefined;
    // Given back between the two statements: nobody's, so it is tried once more.
    return row === undefined
      ? this.claimKey(name, body, request, nowMs)
      : { ...row, finished: row.finished === 1 };
  }

  /** Takes the key from a request that is known to be over. False: another was faster. */
  takeKey(
    name: Uint8Array,
    body: Uint8Array,
    request: string,
    nowMs: number,
    from: string,
  ): boolean {
    const { changes } = this.#takeKey.run(body, request, this.#owner, nowMs, name, from);
    this.#wrote();
    return changes === 1;
  }

  finishKey(name: Uint8Array, request: string): void {
    this.#finishKey.run(name, request);
    this.#wrote();
  }

  giveKeyBack(name: Uint8Array, request: string): void {
    this.#deleteKey.run(name, request);
    this.#wrote();
  }

  /**
   * At start: what this process's killed predecessor was at. What it had not finished cost nothing
   * and may be sent again; what it had (its end is in the journal) stays used.
   */
  settleKeys(orphaned: readonly string[]): void {
    this.giveBack(orphaned);
    this.#database
      .prepare('UPDATE idempotency_key SET finished = 1 WHERE owner = ? AND finished = 0')
      .run(this.#owner);
  }

  /** Of requests that a dead process, this one's predecessor or another, had open. */
  giveBack(orphaned: readonly string[]): void {
    const give = this.#database.prepare(
      'DELETE FROM idempotency_key WHERE request = ? AND finished = 0',
    );
    for (const request of orphaned) give.run(request);
  }

  /** One transaction. */
  rememberIds(ids: readonly KeptId[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const { id, account, provider, model } of ids) {
        this.#insertId.run(nameOf(id, account), provider, model);
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
    this.#wrote();
    const before = this.#newIds;
    this.#newIds += ids.length;
    if (Math.floor(before / FORGET_EVERY) !== Math.floor(this.#newIds / FORGET_EVERY)) {
      this.#forgetIds();
    }
  }

  /** From whom this very account got the id. */
  issuerOf(id: string, account: string): Issuer | null {
    return (this.#findId.get(nameOf(id, account)) as unknown as Issuer | undefined) ?? null;
  }

  async close(): Promise<void> {
    await checkpointer.forget(this.#path);
    this.#database.close();
  }

  #forgetKeys(nowMs: number): void {
    const { idempotencyKeepMs, idempotencyKeysMax } = this.#limits;
    this.#database
      .prepare(
        `DELETE FROM idempotency_key WHERE finished = 1 AND (seen_at_ms < ?
         OR rowid <= (SELECT max(rowid) FROM idempotency_key) - ?)`,
      )
      .run(nowMs - idempotencyKeepMs, idempotencyKeysMax);
  }

  #forgetIds(): void {
    this.#database
      .prepare('DELETE FROM issued_id WHERE rowid <= (SELECT max(rowid) FROM issued_id) - ?')
      .run(this.#limits.keptIdsMax);
  }

  #wrote(): void {
    checkpointer.wrote(this.#path, WAL_BYTES_A_WRITE, this.#database);
  }
}

/** No account's name has a space in it. */
function nameOf(id: string, account: string): Buffer {
  return createHash('sha256').update(`${account} ${id}`).digest();
}
