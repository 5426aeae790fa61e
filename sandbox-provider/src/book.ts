import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

export type Outcome = 'completed' | 'error' | 'died' | 'client_gone';

/** One line of the book: one attempt that reached the sandbox. Never a word of a prompt. */
export interface BookEntry {
  readonly seq: number;
  readonly time: string;
  readonly provider: string;
  readonly dialect: string;
  /** The upstream model as requested; null where it is no model name at all. */
  readonly requestedModel: string | null;
  readonly bodyId: string | null;
  readonly upstreamRequestId: string;
  readonly stream: boolean;
  /** 0 where the client left before the status line. */
  readonly status: number;
  readonly outcome: Outcome;
  /** As it was reported to the client, in the dialect's own words; null where it was not. */
  readonly usage: unknown;
  readonly bytesSent: number;
  readonly sha256?: string;
  /** The directive of that name. */
  readonly mark?: string;
}

/** Called once the entry would survive a kill -9, or with the error that prevented that. */
type Booked = (error?: unknown) => void;

export interface Book {
  append(entry: Omit<BookEntry, 'seq'>, booked: Booked): void;
  /** Up to `limit` entries with a greater sequence number than `since`, oldest first. */
  read(since: number, limit: number): BookEntry[];
  /** The sequence number of the last entry. */
  lastSeq(): number;
  close(): void;
}

const entriesInMemory = 5_000;

/** A book that is gone with its process and keeps the latest entries only. */
export function openMemoryBook(): Book {
  let entries: BookEntry[] = [];
  let lastSeq = 0;
  return {
    append(entry, booked) {
      lastSeq += 1;
      entries.push({ seq: lastSeq, ...entry });
      if (entries.length > 2 * entriesInMemory) entries = entries.slice(-entriesInMemory);
      booked();
    },
    read: (since, limit) => entries.filter((entry) => entry.seq > since).slice(0, limit),
    lastSeq: () => lastSeq,
    close: () => {},
  };
}

const entriesPerMark = 256;

/**
 * A book in a file, one JSON line an entry; the sequence goes on after a restart. What comes in one
 * turn of the loop is one write, and nobody is told `booked` before it. One process at a time.
 */
export function openFileBook(path: string): Book {
  const file = openSync(path, 'a+');
  let size = fstatSync(file).size;
  let lastSeq = 0;
  let waiting: { line: string; booked: Booked }[] = [];
  let isClosed = false;
  // Where to begin reading: the offset of every 256th entry.
  const marks: { seq: number; offset: number }[] = [{ seq: 0, offset: 0 }];

  for (const { entry, offset } of readLines(file, 0)) {
    lastSeq = Math.max(lastSeq, entry.seq);
    mark(entry.seq, offset);
  }
  if (size > 0 && !endsInNewline(file, size)) size += writeSync(file, '\n');

  function mark(seq: number, offset: number): void {
    const latest = marks.at(-1);
    if (!latest || seq - latest.seq >= entriesPerMark) marks.push({ seq, offset });
  }

  function flush(): void {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    try {
      const bytes = Buffer.from(batch.map(({ line }) => line).join(''));
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(file, bytes, written);
      }
      size += bytes.length;
    } catch (error) {
      size = fstatSync(file).size;
      for (const { booked } of batch) booked(error);
      return;
    }
    for (const { booked } of batch) booked();
  }

  return {
    append(entry, booked) {
      if (isClosed) {
        booked(new Error('The book is closed.'));
        return;
      }
      lastSeq += 1;
      const line = `${JSON.stringify({ seq: lastSeq, ...entry })}\n`;
      if (waiting.length === 0) {
        mark(lastSeq, size);
        setImmediate(flush);
      }
      waiting.push({ line, booked });
    },
    read(since, limit) {
      const from = marks.findLast(({ seq }) => seq <= since + 1) ?? { offset: 0 };
      const entries: BookEntry[] = [];
      for (const { entry } of readLines(file, from.offset)) {
        if (entries.length >= limit) break;
        if (entry.seq > since) entries.push(entry);
      }
      return entries;
    },
    lastSeq: () => lastSeq,
    close() {
      flush();
      isClosed = true;
      closeSync(file);
    },
  };
}

function* readLines(file: number, from: number): Generator<{ entry: BookEntry; offset: number }> {
  const chunk = Buffer.allocUnsafe(256 * 1024);
  let rest: Buffer = Buffer.alloc(0);
  let offset = from;
  for (let at = from; ; ) {
    const read = readSync(file, chunk, 0, chunk.length, at);
    if (read === 0) return;
    at += read;
    rest = Buffer.concat([rest, chunk.subarray(0, read)]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const entry = parseEntry(rest.toString('utf8', 0, end));
      if (entry) yield { entry, offset };
      offset += end + 1;
      rest = rest.subarray(end + 1);
    }
  }
}

/** A line that a crash has cut is skipped: no client saw the end of its answer. */
function parseEntry(line: string): BookEntry | null {
  try {
    return JSON.parse(line) as BookEntry;
  } catch {
    return null;
  }
}

function endsInNewline(file: number, size: number): boolean {
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] === 10;
}
