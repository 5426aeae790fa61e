import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@fluxrouter/testing';

/** A line of the sandbox provider's book, as its README has it. */
export interface BookLine {
  readonly seq: number;
  readonly provider: string;
  readonly requestedModel: string | null;
  readonly bodyId: string | null;
  readonly upstreamRequestId: string;
  readonly stream: boolean;
  readonly status: number;
  readonly outcome: 'completed' | 'error' | 'died' | 'client_gone';
  readonly usage: Record<string, unknown> | null;
  readonly bytesSent: number;
  readonly sha256?: string;
  readonly mark?: string;
}

/** What the sandbox provider has served, whatever we think of it. */
export function bookOf({ dataDir }: { readonly dataDir: string }): BookLine[] {
  return readFileSync(join(dataDir, 'sandbox-book.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as BookLine);
}

/** The line of an attempt, by the provider's own id of it; waited for. */
export function booked(
  system: { readonly dataDir: string },
  upstreamId: string,
): Promise<BookLine> {
  return until(`${upstreamId} in the book`, () =>
    bookOf(system).find((line) => line.upstreamRequestId === upstreamId),
  );
}
