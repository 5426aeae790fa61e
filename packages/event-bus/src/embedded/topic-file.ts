import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TopicLog } from '../log-bus/storage.ts';
import type {
  BusRecord,
  OutgoingRecord,
  RecordPosition,
  TopicBornEncoder,
  TopicSpec,
} from '../port.ts';
import { checkpointer, openDatabase } from '../sqlite/index.ts';
import { AppendQueue, type QueuedAppend } from './append-queue.ts';
import { CompactionSchedule } from './compaction-schedule.ts';
import { FileWatch } from './file-watch.ts';
import { PartitionTable } from './partition-table.ts';
import { prepareTopic } from './topic-schema.ts';
import { writeAppends } from './write-appends.ts';

/** A topic's SQLite file: one connection, written and read by this process, shared with others. */
export class TopicFile implements TopicLog {
  readonly spec: TopicSpec;
  readonly epoch: string;
  readonly ends: number[];
  readonly tables: readonly PartitionTable[];
  checkedAtMs = Number.NEGATIVE_INFINITY;
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #dataVersion: StatementSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #queue: AppendQueue;
  readonly #compaction: CompactionSchedule | null;
  readonly #listeners = new Set<(partition: number) => void>();
  readonly #onError: (error: unknown) => void;
  #watch: FileWatch | null = null;
  #seenVersion = -1;

  constructor(
    path: string,
    spec: TopicSpec,
    topicBorn: TopicBornEncoder,
    onError: (error: unknown) => void,
  ) {
    let epoch = '';
    this.#path = path;
    this.spec = spec;
    this.#onError = onError;
    this.#database = openDatabase({
      path,
      prepareSchema(database) {
        epoch = prepareTopic(database, spec, topicBorn);
      },
    });
    this.epoch = epoch;
    this.#dataVersion = this.#database.prepare('PRAGMA data_version');
    this.#dataVersion.setReturnArrays(true);
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#database.prepare('COMMIT');
    this.tables = Array.from(
      { length: spec.partitions },
      (_, partition) => new PartitionTable(this.#database, spec.name, partition),
    );
    this.ends = this.tables.map(() => 0);
    this.#queue = new AppendQueue((appends) => this.#write(appends));
    this.#compaction = spec.cleanup === 'compact' ? new CompactionSchedule(this, onError) : null;
  }

  append(records: readonly OutgoingRecord[]): Promise<readonly RecordPosition[]> {
    return this.#queue.append(records);
  }

  read(partition: number, from: number, maxRecords: number, maxBytes: number): BusRecord[] {
    return this.tables[partition]?.read(from, maxRecords, maxBytes) ?? [];
  }

  check(): void {
    const grown = this.#refreshEnds();
    this.checkedAtMs = performance.now();
    for (const partition of grown) this.#announce(partition);
  }

  subscribe(listener: (partition: number) => void): () => void {
    this.#listeners.add(listener);
    this.#watch ??= new FileWatch(`${this.#path}-wal`, () => this.check(), this.#onError);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#watch?.close();
      this.#watch = null;
    };
  }

  /** Runs `work` under the write lock; throws `isBusy` where another process has it. */
  transaction(work: () => void): void {
    this.#begin.run();
    try {
      work();
      this.#commit.run();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#queue.drained();
    await this.#compaction?.stop();
    this.#watch?.close();
    await checkpointer.forget(this.#path);
    this.#database.close();
  }

  #write(appends: readonly QueuedAppend[]): void {
    const ends: number[] = [];
    let bytes = 0;
    this.transaction(() => {
      const grown = this.#refreshEnds();
      for (const partition of grown) setImmediate(() => this.#announce(partition));
      bytes = writeAppends(this.tables, this.ends, ends, appends);
    });
    checkpointer.wrote(this.#path, bytes, this.#database);
    this.#compaction?.appended(appends.reduce((sum, { records }) => sum + records.length, 0));
    ends.forEach((end, partition) => {
      this.ends[partition] = end;
      this.#announce(partition);
    });
  }

  /** The partitions that other connections appended to since the last look. */
  #refreshEnds(): number[] {
    const [version] = this.#dataVersion.get() as unknown as [number];
    if (version === this.#seenVersion) return [];
    const grown: number[] = [];
    this.tables.forEach((table, partition) => {
      const end = table.end();
      if (end > (this.ends[partition] ?? 0)) grown.push(partition);
      this.ends[partition] = end;
    });
    this.#seenVersion = version;
    return grown;
  }

  #announce(partition: number): void {
    for (const listener of this.#listeners) listener(partition);
  }
}
