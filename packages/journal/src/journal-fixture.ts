import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeFileLock } from '@fluxrouter/event-bus/sqlite';
import type { Journal, JournalEvent } from './journal.ts';
import { type Chunk, type Deleted, JournalFile } from './journal-file.ts';
import { SqliteJournal, type SqliteJournalOptions } from './sqlite-journal.ts';

/** For tests: a journal in a directory of its own, whose commits can be made to fail. */
export class JournalFixture {
  readonly directory = mkdtempSync(join(tmpdir(), 'journal-'));
  readonly path = join(this.directory, 'journal.sqlite');
  /** While set, every commit throws it. */
  failure: Error | null = null;
  commits = 0;
  readonly #opened: Journal[] = [];

  open(options: Partial<SqliteJournalOptions> = {}): Journal {
    const lock = takeFileLock(`${this.path}.lock`);
    if (lock === null) throw new Error('the journal is locked');
    const fixture = this;
    class ObservedFile extends JournalFile {
      override write(chunk: Chunk | null, deleted: Deleted | null): void {
        if (fixture.failure !== null) throw fixture.failure;
        super.write(chunk, deleted);
        fixture.commits += 1;
      }
    }
    const journal = new SqliteJournal(new ObservedFile(this.path), lock, {
      maxBytes: 100_000_000,
      ...options,
    });
    this.#opened.push(journal);
    return journal;
  }

  async remove(): Promise<void> {
    this.failure = null;
    for (const journal of this.#opened) await journal.close();
    rmSync(this.directory, { recursive: true });
  }
}

export function durable(journal: Journal): Promise<void> {
  return new Promise((resolve, reject) => {
    journal.whenDurable((error) => (error === null ? resolve() : reject(error)));
  });
}

export function event(value: string, key = 'account') {
  return { key, type: 'RequestFinished', value: Buffer.from(value) };
}

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** Takes everything out of the outbox, in batches of this size. */
export function drain(journal: Journal, batchEvents = 7): JournalEvent[] {
  const drained: JournalEvent[] = [];
  for (;;) {
    const { upTo, events } = journal.nextBatch(batchEvents, 1_000_000_000);
    if (events.length === 0) return drained;
    drained.push(...events);
    journal.shipped(upTo);
  }
}
