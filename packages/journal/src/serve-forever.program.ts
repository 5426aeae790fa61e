import { appendFileSync, writeSync } from 'node:fs';
import { programArgument, seededRandom } from '@fluxrouter/event-bus/testing';
import { type JournalEvent, openJournal, startShipper } from './index.ts';

export interface ServeForever {
  path: string;
  /** Takes a line for each event that is published; null: nothing is ever shipped. */
  shippedPath: string | null;
  seed: number;
  /** Kills itself right after it has acknowledged so many things; null: somebody else kills it. */
  acknowledgements: number | null;
}

const { path, shippedPath, seed, acknowledgements } = programArgument<ServeForever>();
const random = seededRandom(seed);
const journal = openJournal({ path, maxBytes: 100_000_000 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, random() * ms));
let acknowledged = 0;

function acknowledge(line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    journal.whenDurable((error) => {
      if (error !== null) return reject(error);
      writeSync(1, `${line}\n`);
      acknowledged += 1;
      if (acknowledged === acknowledgements) process.kill(process.pid, 'SIGKILL');
      resolve();
    });
  });
}

async function serve(request: string): Promise<void> {
  const entry = journal.begin(Buffer.from(`request ${request}`));
  await acknowledge(`begun ${request}`);
  await pause(random() < 0.2 ? 150 : 4);
  if (random() < 0.5) {
    journal.update(entry, Buffer.from(`headers ${request}`));
    await acknowledge(`updated ${request}`);
    await pause(4);
  }
  const value = (what: string) => Buffer.from(`${request} ${what}`.padEnd(300, '.'));
  journal.finish(entry, [
    { key: request, type: 'AttemptFinished', value: value('attempt') },
    { key: request, type: 'RequestFinished', value: value('end') },
  ]);
  await acknowledge(`finished ${request}`);
}

/** As a client: one request after the other. */
async function requestForever(client: number): Promise<void> {
  for (let i = 0; ; i += 1) await serve(`${process.pid}.${client}.${i}`);
}

function orphanRecovered(): void {
  for (const { entry, begun, updated } of journal.recovered()) {
    const request = Buffer.from(begun).toString().replace('request ', '');
    const value = Buffer.from(`${request} orphaned-${updated === null ? 'early' : 'late'}`);
    journal.finish(entry, [{ key: 'orphan', type: 'RequestFinished', value }]);
  }
}

async function publish(events: readonly JournalEvent[]): Promise<void> {
  const shipped = events.map(({ sequence, value }) => {
    return `${sequence} ${Buffer.from(value).toString().replace(/\.+$/, '')}\n`;
  });
  appendFileSync(shippedPath ?? '', shipped.join(''));
  if (random() < 0.2) throw new Error('the answer was lost');
  await pause(4);
}

orphanRecovered();
if (shippedPath !== null) {
  const limits = { batchEvents: 20, batchBytes: 100_000, lingerMs: 3, retryBackoffMs: 5 };
  startShipper({ journal, publish, ...limits });
}
for (let client = 0; client < 8; client += 1) void requestForever(client);
