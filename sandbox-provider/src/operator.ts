import type { ServerResponse } from 'node:http';
import type { Sandbox } from './attempt.ts';

export const operatorPaths = '/sandbox/';

const entriesPerPage = 1000;
const entriesPerPageMax = 100_000;

/** The sandbox's own paths: `/sandbox/health` and `/sandbox/book?since=seq&limit=`. */
export function answerOperator({ book }: Sandbox, url: string, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, 'http://sandbox');
  if (pathname === '/sandbox/health') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ok: true, served: book.lastSeq() }));
    return;
  }
  if (pathname === '/sandbox/book') {
    const since = Number(searchParams.get('since')) || 0;
    const limit = Number(searchParams.get('limit')) || entriesPerPage;
    const entries = book.read(since, Math.min(limit, entriesPerPageMax));
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.end(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    return;
  }
  response.writeHead(404, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: 'Known: /sandbox/health, /sandbox/book' }));
}
