import { eventually } from '@fluxrouter/event-bus/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Journal, JournalEvent } from './journal.ts';
import { durable, event, JournalFixture } from './journal-fixture.ts';
import { type Shipper, type ShipperOptions, startShipper } from './shipper.ts';

let fixture: JournalFixture;
let journal: Journal;
let shipper: Shipper | null = null;

beforeEach(() => {
  fixture = new JournalFixture();
  journal = fixture.open();
});
afterEach(async () => {
  await shipper?.stop();
  await fixture.remove();
});

function start(publish: ShipperOptions['publish'], options: Partial<ShipperOptions> = {}) {
  shipper = startShipper({
    journal,
    publish,
    batchEvents: 10,
    batchBytes: 1_000_000,
    lingerMs: 20,
    retryBackoffMs: 5,
    ...options,
  });
  return shipper;
}

const sequences = (batches: readonly (readonly JournalEvent[])[]) =>
  batches.map((batch) => batch.map(({ sequence }) => sequence));
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

it('waits for company, then ships all in order', async () => {
  const batches: (readonly JournalEvent[])[] = [];
  const ship = start(async (events) => batches.push(events));
  for (let i = 0; i < 5; i += 1) {
    journal.finish(null, [event(String(i))]);
    await durable(journal);
  }
  expect(batches).toEqual([]);
  await ship.idle();
  expect(sequences(batches)).toEqual([upTo(5)]);
  expect(journal.state().outboxEntries).toBe(0);
});

it('does not wait where a batch is full, and ships what was there before it', async () => {
  for (let i = 0; i < 25; i += 1) journal.finish(null, [event(String(i))]);
  await durable(journal);
  const batches: (readonly JournalEvent[])[] = [];
  const ship = start(async (events) => batches.push(events), { lingerMs: 50 });
  await eventually('two full ones', () => batches.length === 2);
  await ship.idle();
  expect(sequences(batches)).toEqual([upTo(10), upTo(20, 11), upTo(25, 21)]);
});

it('publishes one batch at a time', async () => {
  let running = 0;
  let most = 0;
  const ship = start(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 3));
    running -= 1;
  });
  for (let i = 0; i < 60; i += 1) {
    journal.finish(null, [event(String(i))]);
    if (i % 7 === 0) await durable(journal);
  }
  await durable(journal);
  await ship.idle();
  expect(most).toBe(1);
});

it('tries for ever, in order, and tells of each failure', async () => {
  const errors: unknown[] = [];
  const published: number[] = [];
  let attempts = 0;
  const ship = start(
    async (events) => {
      attempts += 1;
      if (attempts <= 3) throw new Error('broker away');
      published.push(...events.map(({ sequence }) => sequence));
    },
    { onError: (error) => errors.push(error) },
  );
  journal.finish(null, [event('1')]);
  await durable(journal);
  await eventually('a failure', () => errors.length > 0);
  journal.finish(null, [event('2'), event('3')]);
  await durable(journal);
  await ship.idle();
  expect(errors).toHaveLength(3);
  expect(published).toEqual([1, 2, 3]);
});

it('leaves to its successor what it did not ship', async () => {
  let release = () => {};
  const first: JournalEvent[] = [];
  const ship = start(
    async (events) => {
      first.push(...events);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    },
    { batchEvents: 2 },
  );
  journal.finish(null, [event('1'), event('2'), event('3')]);
  await durable(journal);
  await eventually('the first batch', () => first.length === 2);
  const stopped = ship.stop();
  release();
  await stopped;
  expect(journal.state().outboxEntries).toBe(1);
  const second: JournalEvent[] = [];
  await start(async (events) => second.push(...events)).idle();
  expect(second.map(({ sequence }) => sequence)).toEqual([3]);
});
