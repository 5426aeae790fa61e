import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drain, durable, event, JournalFixture, text } from './journal-fixture.ts';

let fixture: JournalFixture;

beforeEach(() => {
  fixture = new JournalFixture();
});
afterEach(() => fixture.remove());

const valuesOf = (events: readonly { value: Uint8Array }[]) =>
  events.map(({ value }) => text(value));
const turn = () => new Promise((resolve) => setImmediate(resolve));
const payload = (value: string) => Buffer.from(value);

describe('one turn of the loop', () => {
  it('is one commit, whatever was called in it', async () => {
    const journal = fixture.open();
    const entries = Array.from({ length: 20 }, (_, i) => journal.begin(payload(`begun ${i}`)));
    for (const entry of entries) journal.update(entry, payload('committed'));
    for (const entry of entries.slice(10)) journal.finish(entry, [event('a'), event('b')]);
    await Promise.all([durable(journal), durable(journal)]);
    expect(fixture.commits).toBe(1);
    expect(journal.state()).toMatchObject({ openEntries: 10, outboxEntries: 20 });
  });

  it('tells at once where nothing is pending, else after the commit', async () => {
    const journal = fixture.open();
    const calls: string[] = [];
    journal.whenDurable(() => calls.push('idle'));
    expect(calls).toEqual(['idle']);
    journal.begin(payload('x'));
    journal.whenDurable(() => calls.push(`after ${fixture.commits} commit`));
    expect(calls).toEqual(['idle']);
    await durable(journal);
    expect(calls).toEqual(['idle', 'after 1 commit']);
  });

  it('offers no event before it is committed', async () => {
    const journal = fixture.open();
    journal.finish(null, [event('early')]);
    expect(journal.nextBatch(10, 1_000).events).toEqual([]);
    await durable(journal);
    expect(valuesOf(journal.nextBatch(10, 1_000).events)).toEqual(['early']);
  });

  it('takes no part of a finish that is refused', async () => {
    const journal = fixture.open();
    const bad = { key: 'k'.repeat(70_000), type: 't', value: payload('bad') };
    expect(() => journal.finish(null, [event('good'), bad])).toThrow(RangeError);
    journal.finish(null, [event('next')]);
    await durable(journal);
    expect(drain(journal).map(({ sequence, value }) => [sequence, text(value)])).toEqual([
      [1, 'next'],
    ]);
  });
});

describe('the successor', () => {
  it('finds open entries with their last payloads, and only those', async () => {
    const first = fixture.open();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => first.begin(payload(name)));
    await durable(first);
    first.update(b as number, payload('b1'));
    first.update(b as number, payload('b2'));
    first.finish(c as number, [event('c')]);
    await first.close();

    const second = fixture.open();
    expect(
      second
        .recovered()
        .map(({ entry, begun, updated }) => [entry, text(begun), updated && text(updated)]),
    ).toEqual([
      [a, 'a', null],
      [b, 'b', 'b2'],
    ]);
    second.finish(a as number, [event('orphaned a')]);
    expect(second.recovered()).toHaveLength(1);
    expect(second.begin(payload('d'))).toBeGreaterThan(c as number);
    await durable(second);
    expect(valuesOf(drain(second))).toEqual(['c', 'orphaned a']);
  });

  it('ignores what is said about entries that are not open', async () => {
    const journal = fixture.open();
    const entry = journal.begin(payload('x'));
    journal.finish(entry, []);
    journal.update(entry, payload('late'));
    journal.finish(entry, [event('second finish')]);
    await durable(journal);
    expect(journal.state()).toMatchObject({ openEntries: 0, outboxEntries: 1 });
  });

  it('goes on counting events, and ships what was not shipped', async () => {
    const first = fixture.open();
    for (let i = 1; i <= 10; i += 1) first.finish(null, [event(String(i))]);
    await durable(first);
    first.shipped(first.nextBatch(4, 1_000_000).upTo);
    await first.close();

    const second = fixture.open();
    expect(second.state().outboxEntries).toBe(6);
    second.finish(null, [event('11')]);
    await durable(second);
    const drained = drain(second, 3);
    expect(drained.map(({ sequence }) => sequence)).toEqual([5, 6, 7, 8, 9, 10, 11]);
    expect(valuesOf(drained)).toEqual(['5', '6', '7', '8', '9', '10', '11']);
    await second.close();

    const third = fixture.open();
    expect(third.state()).toMatchObject({ outboxEntries: 0, bytes: 0 });
    third.finish(null, [event('12')]);
    await durable(third);
    expect(drain(third).map(({ sequence }) => sequence)).toEqual([12]);
  });
});

describe('the outbox', () => {
  it('gives batches within both limits, and one large event alone', async () => {
    const journal = fixture.open();
    for (const size of [10, 10, 5_000, 10]) journal.finish(null, [event('x'.repeat(size))]);
    await durable(journal);
    expect(journal.nextBatch(1, 1_000_000).events).toHaveLength(1);
    expect(journal.nextBatch(10, 500).events).toHaveLength(2);
    journal.shipped(2);
    expect(journal.nextBatch(10, 500).events.map(({ sequence }) => sequence)).toEqual([3]);
  });

  it('keeps order without a gap when it outgrows memory', async () => {
    const journal = fixture.open();
    const body = 'x'.repeat(200_000);
    for (let i = 0; i < 60; i += 1) {
      journal.finish(null, [event(`${i}a${body}`), event(`${i}b${body}`)]);
      await durable(journal);
    }
    const sequences: number[] = [];
    let filled = 60;
    for (let batch = 0; batch < 200 && sequences.length < 150; batch += 1) {
      const { upTo, events } = journal.nextBatch(5, 1_000_000_000);
      sequences.push(...events.map(({ sequence }) => sequence));
      for (const { sequence, value } of events) {
        const [number, part] = [Math.floor((sequence - 1) / 2), sequence % 2 === 1 ? 'a' : 'b'];
        expect(text(value.subarray(0, 5))).toMatch(new RegExp(`^${number}${part}`));
      }
      journal.shipped(upTo);
      if (filled < 75) journal.finish(null, [event(`${filled}a`), event(`${filled}b`)]);
      filled += 1;
      await durable(journal);
    }
    expect(sequences).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
    await turn();
    expect(journal.state()).toMatchObject({ outboxEntries: 0, bytes: 0 });
  });

  it('lets go of what is shipped although an old entry is open', async () => {
    const journal = fixture.open();
    const old = journal.begin(payload('a long stream'));
    journal.update(old, payload('its headers'));
    const body = 'x'.repeat(400_000);
    for (let i = 0; i < 120; i += 1) {
      journal.finish(null, [event(body)]);
      await durable(journal);
      drain(journal);
      await turn();
      expect(journal.state().bytes).toBeLessThan(10_000_000);
    }
    await journal.close();
    const [recovered] = fixture.open().recovered();
    expect(recovered?.entry).toBe(old);
    expect(text(recovered?.begun ?? Buffer.of())).toBe('a long stream');
    expect(text(recovered?.updated ?? Buffer.of())).toBe('its headers');
  });
});

describe('a full journal', () => {
  it('takes no new requests, and again does once it is emptied', async () => {
    const journal = fixture.open({ maxBytes: 10_000 });
    const entry = journal.begin(payload('running'));
    journal.finish(null, [event('x'.repeat(20_000))]);
    expect(journal.state()).toMatchObject({ full: true, acceptsNew: false, failing: false });
    journal.finish(entry, [event('finishes all the same')]);
    await durable(journal);
    expect(journal.state().outboxEntries).toBe(2);
    expect(drain(journal)).toHaveLength(2);
    journal.begin(payload('next'));
    await durable(journal);
    expect(journal.state()).toMatchObject({ full: false, acceptsNew: true });
  });

  it('has room for records of refusals, and not without end', async () => {
    const journal = fixture.open({ maxBytes: 10_000 });
    let refused = 0;
    while (journal.state().acceptsRefusals && refused < 1_000) {
      journal.finish(null, [event('x'.repeat(100))]);
      await durable(journal);
      refused += 1;
    }
    expect(journal.state().full).toBe(true);
    expect(journal.state().bytes).toBeGreaterThanOrEqual(12_500);
    expect(journal.state().bytes).toBeLessThan(13_000);
    drain(journal);
    journal.begin(payload('next'));
    await durable(journal);
    expect(journal.state()).toMatchObject({ acceptsNew: true, acceptsRefusals: true });
  });

  it('can be limited in events, too', async () => {
    const journal = fixture.open({ maxOutboxEntries: 3 });
    journal.finish(null, [event('1'), event('2')]);
    expect(journal.state().acceptsNew).toBe(true);
    journal.finish(null, [event('3')]);
    expect(journal.state()).toMatchObject({ full: true, acceptsNew: false });
  });
});

describe('a failing journal', () => {
  it('says so, keeps everything, and writes it in order when it can', async () => {
    const failures: Error[] = [];
    const journal = fixture.open({ onFailure: (error) => failures.push(error) });
    const entry = journal.begin(payload('running'));
    await durable(journal);
    fixture.failure = new Error('database or disk is full');
    journal.update(entry, payload('headers'));
    await expect(durable(journal)).rejects.toThrow(/disk is full/);
    expect(journal.state()).toMatchObject({ failing: true, acceptsNew: false, full: false });
    journal.finish(entry, [event('1'), event('2')]);
    await expect(durable(journal)).rejects.toThrow(/disk is full/);
    journal.finish(null, [event('3')]);
    expect(journal.nextBatch(10, 1_000).events).toEqual([]);
    expect(failures).toHaveLength(1);

    fixture.failure = null;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(journal.state()).toMatchObject({ failing: false, acceptsNew: true, openEntries: 0 });
    expect(drain(journal).map(({ sequence, value }) => [sequence, text(value)])).toEqual([
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ]);
    await journal.close();
    expect(fixture.open().recovered()).toEqual([]);
  });

  it('keeps records of refusals in memory up to 8 MiB', async () => {
    const journal = fixture.open();
    fixture.failure = new Error('database or disk is full');
    journal.finish(null, [event('first')]);
    await expect(durable(journal)).rejects.toThrow(/disk is full/);
    expect(journal.state().acceptsRefusals).toBe(true);
    for (let n = 0; n < 9; n += 1) journal.finish(null, [event('x'.repeat(1024 * 1024))]);
    expect(journal.state()).toMatchObject({ failing: true, full: false, acceptsRefusals: false });
    fixture.failure = null;
    await expect.poll(() => journal.state().acceptsRefusals, { timeout: 5_000 }).toBe(true);
  });

  it('does not close as if nothing were when its last commit fails', async () => {
    const journal = fixture.open();
    journal.finish(null, [event('lost')]);
    fixture.failure = new Error('I/O error');
    await expect(journal.close()).rejects.toThrow(/I\/O error/);
  });
});

it('commits what is pending when it is closed', async () => {
  const journal = fixture.open();
  journal.begin(payload('open'));
  journal.finish(null, [event('done')]);
  await journal.close();
  const next = fixture.open();
  expect(next.recovered()).toHaveLength(1);
  expect(valuesOf(drain(next))).toEqual(['done']);
});
