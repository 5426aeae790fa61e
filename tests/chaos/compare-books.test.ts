import { describe, expect, it } from 'vitest';
import type { Books, Logged, Row } from './books.ts';
import { compareBooks, type Run } from './compare-books.ts';

const AT_MS = 1_000_000;
const NOTHING = { cost: 0n, charged: 0n, house: 0n };
const SOME = { cost: 5n, charged: 4n, house: 1n };

function logged(eventId: string, offset: bigint, more: Partial<Logged> = {}): Logged {
  const isEnd = eventId.endsWith('.end');
  return {
    type: isEnd ? 'RequestFinished' : 'AttemptFinished',
    ...{ eventId, requestId: eventId.split('.')[0] ?? '', mark: 'm1', partition: 0, offset },
    ...{ digest: eventId, outcome: 'completed', receivedAtMs: AT_MS, finishedAtMs: AT_MS + 10 },
    money: isEnd ? NOTHING : SOME,
    upstreamId: isEnd ? '' : 'up1',
    startedAtMs: isEnd ? 0 : AT_MS,
    attempts: isEnd ? 1 : 0,
    ...more,
  };
}

const rowOf = ({ eventId, partition, offset, money }: Logged): Row => ({
  ...{ eventId, partition, offset, money },
});

const attempt = logged('r1.1', 1n);
const end = logged('r1.end', 2n);
const log = [attempt, end];
const sound: Books = {
  served: [{ upstreamRequestId: 'up1', mark: 'm1', outcome: 'completed' }],
  log,
  raw: log.map(rowOf),
  final: log.map(rowOf),
  quarantined: 0,
  journals: { events: 0, open: 0 },
  lagRecords: 0,
  alarms: 0,
};
const calm: Run = {
  form: 'one-machine',
  asked: [{ mark: 'm1', id: 'r1', status: 200, ending: 'whole' }],
  disturbed: [],
  wanted: { attempts: 1, kills: 0 },
};

const found = (books: Partial<Books>, run: Partial<Run> = {}) =>
  compareBooks({ ...sound, ...books }, { ...calm, ...run }).differences.map(({ what }) => what);
/** A log whose rows say the same. */
const written = (...events: Logged[]) => ({
  log: events,
  raw: events.map(rowOf),
  final: events.map(rowOf),
});
const killed = (victim: string, atMs = AT_MS + 5) => ({
  disturbed: [{ victim, how: 'kill', atMs }] as const,
});

describe('the oracle of the chaos run', () => {
  it('finds nothing where all books agree', () => {
    expect(found({})).toEqual([]);
  });

  const first = rowOf(attempt);
  const cases: [string, Partial<Books>, string][] = [
    ['a row that is missing', { final: [rowOf(end)] }, 'lost: events without a row'],
    ['a row twice under FINAL', { final: [...sound.final, first] }, 'doubled: rows of one event'],
    ['a raw row twice', { raw: [...sound.raw, first] }, 'doubled: raw rows of one record'],
    ['a raw row of nothing', { raw: [...sound.raw, { ...first, offset: 9n }] }, 'raw rows of no'],
    ['other amounts', { final: [{ ...first, money: NOTHING }, rowOf(end)] }, 'rows of other'],
    ['a row of no event', { final: [...sound.final, { ...first, eventId: 'r9.1' }] }, 'rows of no'],
    ['an attempt not booked', { served: [] }, 'attempts that the provider knows nothing of'],
    [
      'a line without an attempt',
      { served: [...sound.served, { upstreamRequestId: 'up2', mark: 'm1', outcome: 'error' }] },
      'lost: attempts that the provider has served',
    ],
    ['an end that is missing', written(attempt), 'lost: ids that a client saw'],
    ['an attempt that is missing', written(end), 'lost: attempts that their request has made'],
    [
      'an attempt twice',
      written(attempt, logged('r1.2', 3n), end),
      'doubled: attempts of one id of the provider',
    ],
    [
      'a copy that says something else',
      { log: [...log, { ...attempt, offset: 3n, digest: 'other' }] },
      'events of one id that say different things',
    ],
    ['events in journals', { journals: { events: 1, open: 0 } }, 'events left in journals'],
    ['records in quarantine', { quarantined: 1 }, 'records in quarantine'],
    [
      'an orphan though nobody was killed',
      written(attempt, logged('r1.end', 2n, { outcome: 'orphaned' })),
      'orphaned requests though nobody was killed',
    ],
  ];
  for (const [name, books, what] of cases)
    it(`finds ${name}`, () => {
      expect(found(books)).toContainEqual(expect.stringContaining(what));
    });

  it('takes a copy that is the same bytes, and its raw row, for nothing', () => {
    const copy = { ...attempt, offset: 3n };
    expect(found({ log: [...log, copy], raw: [...sound.raw, rowOf(copy)] })).toEqual([]);
  });

  it('excuses a served attempt of a request whose gateway was killed, and of no other form', () => {
    const orphan = logged('r1.end', 2n, { outcome: 'orphaned' });
    const books = written(orphan);
    const wanted = { attempts: 0, kills: 0 };
    expect(found(books, { ...killed('gateway'), wanted })).toEqual([]);
    expect(found(books, { ...killed('ingress'), wanted, form: 'services' })).toEqual([
      'lost: attempts that the provider has served',
    ]);
  });

  it('excuses a line that a killed sandbox did not write, not of a completed attempt', () => {
    const cut = written({ ...attempt, outcome: 'cut' }, end);
    expect(found({ ...cut, served: [] }, killed('sandbox'))).toEqual([]);
    expect(found({ served: [] }, killed('sandbox'))).toHaveLength(1);
    expect(found({ ...cut, served: [] }, killed('metering'))).toHaveLength(1);
  });

  it('says so where it proves less than was asked for', () => {
    expect(found({}, { wanted: { attempts: 2, kills: 1 } })).toEqual([
      'missing to the kills wanted',
      'missing to the attempts wanted',
    ]);
  });
});
