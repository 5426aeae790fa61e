import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { assignPartitions } from '../log-bus/assign-partitions.ts';
import type { Claim } from '../log-bus/storage.ts';
import type { CommittedOffset, TopicSpec } from '../port.ts';
import { checkpointer, openDatabase } from '../sqlite/index.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS member (id TEXT PRIMARY KEY, topics TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS partition (
    topic TEXT NOT NULL, partition INTEGER NOT NULL,
    owner TEXT, claim INTEGER NOT NULL, committed INTEGER, metadata TEXT,
    PRIMARY KEY (topic, partition)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS claims (last INTEGER NOT NULL) STRICT;
  INSERT INTO claims SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM claims);
`;
const WAL_BYTES_A_COMMIT = 4_200;

interface PartitionRow {
  topic: string;
  partition: number;
  owner: string | null;
  claim: number;
  committed: number | null;
  metadata: string | null;
}

export interface MemberRow {
  id: string;
  topics: readonly string[];
}

/**
 * A group's file: members, who owns which partition, and the commits. `claim` is drawn anew
 * whenever a partition changes hands, and a commit names it: that is the fence against an owner
 * that does not know yet. All calls may throw `isBusy`.
 */
export class GroupFile {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #dataVersion: StatementSync;
  readonly #commit: StatementSync;
  readonly #select: StatementSync;

  constructor(path: string) {
    this.path = path;
    this.#database = openDatabase({ path, prepareSchema: (database) => database.exec(SCHEMA) });
    this.#dataVersion = this.#database.prepare('PRAGMA data_version');
    this.#commit = this.#database.prepare(
      'UPDATE partition SET committed = ?, metadata = ? WHERE topic = ? AND partition = ? AND claim = ?',
    );
    this.#select = this.#database.prepare('SELECT * FROM partition WHERE topic = ?');
  }

  /** Changes when another connection wrote. */
  version(): number {
    return (this.#dataVersion.get() as unknown as { data_version: number }).data_version;
  }

  members(): readonly MemberRow[] {
    const rows = this.#database.prepare('SELECT id, topics FROM member ORDER BY rowid').all();
    return (rows as unknown as { id: string; topics: string }[]).map(({ id, topics }) => ({
      id,
      topics: JSON.parse(topics) as string[],
    }));
  }

  claimsOf(member: string): readonly Claim[] {
    const rows = this.#database.prepare('SELECT * FROM partition WHERE owner = ?').all(member);
    return (rows as unknown as PartitionRow[]).map((row) => ({
      topic: row.topic,
      partition: row.partition,
      claim: row.claim,
      committed: committedOf(row),
    }));
  }

  committed(topic: string): ReadonlyMap<number, CommittedOffset> {
    const commits = new Map<number, CommittedOffset>();
    for (const row of this.#select.all(topic) as unknown as PartitionRow[]) {
      const committed = committedOf(row);
      if (committed !== null) commits.set(row.partition, committed);
    }
    return commits;
  }

  commit(claim: Claim, offset: bigint, metadata: string): boolean {
    const { topic, partition } = claim;
    const { changes } = this.#commit.run(offset, metadata, topic, partition, claim.claim);
    checkpointer.wrote(this.path, WAL_BYTES_A_COMMIT, this.#database);
    return Number(changes) === 1;
  }

  /** Adds and removes members and deals the partitions anew, in one transaction. */
  changeMembers(joining: MemberRow | null, specs: readonly TopicSpec[], gone: readonly string[]) {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const remove = this.#database.prepare('DELETE FROM member WHERE id = ?');
      for (const id of gone) remove.run(id);
      if (joining !== null) {
        this.#database
          .prepare('INSERT INTO member VALUES (?, ?)')
          .run(joining.id, JSON.stringify(joining.topics));
      }
      for (const spec of specs) this.#addPartitions(spec);
      this.#deal();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
    checkpointer.wrote(this.path, WAL_BYTES_A_COMMIT, this.#database);
  }

  async close(): Promise<void> {
    await checkpointer.forget(this.path);
    this.#database.close();
  }

  #addPartitions(spec: TopicSpec): void {
    const add = this.#database.prepare(
      'INSERT OR IGNORE INTO partition (topic, partition, claim) VALUES (?, ?, 0)',
    );
    for (let p = 0; p < spec.partitions; p += 1) add.run(spec.name, p);
  }

  #deal(): void {
    const members = this.members();
    const topics = this.#database.prepare('SELECT DISTINCT topic FROM partition').all();
    const draw = this.#database.prepare('UPDATE claims SET last = last + 1 RETURNING last');
    const give = this.#database.prepare(
      'UPDATE partition SET owner = ?, claim = ? WHERE topic = ? AND partition = ?',
    );
    for (const { topic } of topics as unknown as { topic: string }[]) {
      const rows = this.#select.all(topic) as unknown as PartitionRow[];
      const ids = members.filter((member) => member.topics.includes(topic)).map(({ id }) => id);
      const owners = assignPartitions(
        rows.map((row) => row.owner),
        ids,
      );
      rows.forEach((row, i) => {
        const owner = owners[i] ?? null;
        if (owner === row.owner) return;
        const { last } = draw.get() as unknown as { last: number };
        give.run(owner, last, topic, row.partition);
      });
    }
  }
}

function committedOf(row: PartitionRow): CommittedOffset | null {
  if (row.committed === null) return null;
  return { offset: BigInt(row.committed), metadata: row.metadata ?? '' };
}
