import { appendFileSync } from 'node:fs';
import { programArgument, seededRandom } from '@fluxrouter/event-bus/testing';
import { openJournal, startShipper } from './index.ts';

export interface ServeForever {
  path: string;
  /** Takes a line for each event that is published; null: nothing is ever shipped. */
  shippedPath: string | null;
  seed: number;
}

const { path, shippedPath, seed } = programArgument<ServeForever>();
const random = seededRandom(seed);
const journal = openJournal({ path, maxBytes: 100_000_000 });
const pause = () => new Promise((resolve) => setTimeout(resolve, random() * 4));
let lines = '';

/** What is promised: one write for all that a commit made true. */
function promise(line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    journal.whenDurable((error) => {
      if (error !== null) return reject(error);
      if (lines === '') setImmediate(tell);
      lines += `${line}\n`;
      resolve();
    });
  });
}
function tell(): void {
  process.stdout.write(lines);
  lines = '';
}

async function serve(request: number): Promise<void> {
  const entry = journal.begin(Buffer.from(`request ${request}`));
  await promise(`begun ${request}`);
  await pause();
  if (random() < 0.5) {
    journal.update(entry, Buffer.from(`headers ${request}`));
    await promise(`updated ${request}`);
    await pause();
  }
  const value = (what: string) => Buffer.from(`${request} ${what}`.padEnd(300, '.'));
  journal.finish(entry, [
    { key: `account ${request % 5}`, type: 'AttemptFinished', value: value('attempt') },
    { key: `account ${request % 5}`, type: 'RequestFinished', value: value('end') },
  ]);
  await promise(`finished ${request}`);
}

for (const { entry, begun, updated } of journal.recovered()) {
  const request = Buffer.from(begun).toString().replace('request ', '');
  const value = Buffer.from(`${request} orphaned ${updated === null ? 'early' : 'late'}`);
  journal.finish(entry, [{ key: 'orphan', type: 'RequestFinished', value }]);
}
if (shippedPath !== null) {
  startShipper({
    journal,
    batchEvents: 20,
    batchBytes: 100_000,
    lingerMs: 3,
    retryBackoffMs: 5,
    async publish(events) {
      const shipped = events.map(({ sequence, value }) => {
        const [request, what] = Buffer.from(value).toString().replace(/\.+$/, '').split(' ');
        return `${sequence} ${request} ${what}\n`;
      });
      appendFileSync(shippedPath, shipped.join(''));
      if (random() < 0.2) throw new Error('the answer was lost');
      await pause();
    },
  });
}
const first = Date.now() * 1_000;
for (let i = 0; ; i += 8) {
  await Promise.all(Array.from({ length: 8 }, (_, j) => serve(first + i + j)));
}
