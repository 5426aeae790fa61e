import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DialectName } from '../src/index.ts';

/** One exchange with a provider; its `note.md` says where it comes from. For tests only. */
export interface Recording {
  readonly dialect: DialectName;
  readonly name: string;
  readonly request: Buffer;
  /** A complete answer, or … */
  readonly answer: Buffer | null;
  /** … a streamed one. */
  readonly stream: Buffer | null;
  /** What is to be read from it. */
  readonly expected: Expected;
}

export interface Expected {
  readonly bodyId: string | null;
  readonly upstreamModel: string | null;
  readonly usage: object | null;
  readonly finish: string | null;
  readonly text: string;
  /** The text of a translated stream, where its pieces come in another order. */
  readonly translatedText?: string;
  /** Streams: the number of the frame that first proves output, counted from 1. */
  readonly outputAtFrame?: number | null;
  readonly end?: 'complete' | 'unterminated' | 'cut';
  readonly error?: { readonly kind: string; readonly status: number } | null;
  /** Frames that a client who did not ask for usage does not get. */
  readonly dropped?: number;
}

export function loadRecordings(dialect: DialectName): Recording[] {
  return loadRecordingsFrom(import.meta.dirname, dialect);
}

export function loadRecordingsFrom(directory: string, dialect: DialectName): Recording[] {
  const folder = join(directory, dialect);
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const read = (file: string) => {
        const path = join(folder, name, file);
        return existsSync(path) ? readFileSync(path) : null;
      };
      const request = read('request.json');
      const expected = read('expected.json');
      if (request === null || expected === null) throw new Error(`${dialect}/${name} is not whole`);
      return {
        dialect,
        name,
        request,
        answer: read('response.json'),
        stream: read('stream.sse'),
        expected: JSON.parse(expected.toString()) as Expected,
      };
    });
}
