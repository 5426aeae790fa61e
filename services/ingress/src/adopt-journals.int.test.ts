import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BusRecord, openMemoryBus } from '@fluxrouter/event-bus';
import { encodeRequestFinished, newRequestId, TOPICS } from '@fluxrouter/events';
import { RequestFacts, RequestFinished } from '@fluxrouter/generated/events';
import { openJournal } from '@fluxrouter/journal';
import { silentLog } from '@fluxrouter/service-kit/log';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startAdoption } from './adopt-journals.ts';
import { recoverOrphans } from './orphans.ts';
import { requestFinished } from './request-end.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'adoption-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const facts = () =>
  RequestFacts.fromPartial({
    requestId: newRequestId(1_000),
    account: 'acc_1',
    receivedAtMs: 1_000,
  });

/** Left by a process: one request open, the end of another not shipped. */
async function leaveJournal(name: string) {
  const journal = openJournal({ path: join(directory, name), maxBytes: 1_000_000 });
  const [open, ended] = [facts(), facts()];
  journal.begin(RequestFacts.encode(open).finish());
  const end = requestFinished(ended, { outcome: 'completed', status: 200, finishedAtMs: 2_000 });
  const value = encodeRequestFinished(end);
  journal.finish(null, [{ key: 'acc_1', type: 'RequestFinished', value }]);
  await journal.close();
  return { open: open.requestId, ended: ended.requestId, id: journal.id };
}

test('closes and ships what a dead process left, and leaves a living one alone', async () => {
  const bus = openMemoryBus();
  await bus.ensureTopics([TOPICS.usage]);
  const records: BusRecord[] = [];
  const onRecords = (some: readonly BusRecord[]) => void records.push(...some);
  const tail = await bus.tail({ topic: TOPICS.usage.name, from: 'end', onRecords });
  await tail.caughtUp();
  const dead = await leaveJournal('gateway-2.sqlite');
  const living = openJournal({ path: join(directory, 'gateway.sqlite'), maxBytes: 1_000_000 });
  living.begin(RequestFacts.encode(facts()).finish());

  const adoption = startAdoption({
    ...{ directory, bus, log: silentLog, everyMs: 600_000 },
    closeOrphans: (journal) => recoverOrphans(journal, 3_000, () => {}).length,
  });
  expect(await adoption.look()).toBe(1);
  expect(await adoption.look()).toBe(0);
  await adoption.stop();
  await expect.poll(() => records.length).toBe(2);
  const ends = records.map(({ value, headers }) => ({
    ...{ id: RequestFinished.decode(value).request?.requestId, journal: headers['journal'] },
    ...{ outcome: RequestFinished.decode(value).outcome, sequence: headers['sequence'] },
  }));
  expect(ends).toEqual([
    { id: dead.ended, journal: dead.id, outcome: 'completed', sequence: '1' },
    { id: dead.open, journal: dead.id, outcome: 'orphaned', sequence: '2' },
  ]);
  expect(living.state().openEntries).toBe(1);
  await living.close();
  await bus.close();
});

test('an entry that cannot be read is told of and closed; it keeps no other from its record', async () => {
  const path = join(directory, 'gateway.sqlite');
  const journal = openJournal({ path, maxBytes: 1_000_000 });
  journal.begin(Buffer.from([0x0a, 0xff]));
  // Its `committed` row says that it is longer than it is.
  journal.update(journal.begin(RequestFacts.encode(facts()).finish()), Buffer.from([1, 0]));
  journal.begin(RequestFacts.encode(facts()).finish());
  await journal.close();

  const next = openJournal({ path, maxBytes: 1_000_000 });
  const told: unknown[] = [];
  expect(recoverOrphans(next, 3_000, (error) => told.push(error))).toHaveLength(1);
  expect([told.length, next.recovered().length, next.state().outboxEntries]).toEqual([2, 0, 1]);
  await next.close();
});

test('a damaged journal of a dead process is set aside, and somebody is told', async () => {
  const bus = openMemoryBus();
  await bus.ensureTopics([TOPICS.usage]);
  writeFileSync(join(directory, 'gateway-2.sqlite'), Buffer.alloc(16_384, 0xee));
  const errors: unknown[] = [];
  const log = { ...silentLog, error: (fields: unknown) => void errors.push(fields) };
  const adoption = startAdoption({
    ...{ directory, bus, log, everyMs: 600_000 },
    closeOrphans: () => 0,
  });
  await adoption.look();
  await adoption.stop();
  expect(errors).toMatchObject([{ file: expect.stringMatching(/^gateway-2\.sqlite\.damaged-/) }]);
  await bus.close();
});
