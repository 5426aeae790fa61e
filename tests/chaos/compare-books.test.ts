import { describe, expect, it } from 'vitest';
import type { Books, Logged, Row } from './books.ts';
import { compareBooks, type Run } from './compare-books.ts';

const AT_MS = 1_000_000;
const NOTHING = { cost: 0n, charged: 0n, house: 0n };
const NO_TOKENS = { input: null, cacheRead: null, output: null };
const TOKENS = { input: 7, cacheRead: 2, output: 3 };
const SOME = { cost: 5n, charged: 4n, house: 1n };

function logged(eventId: string, offset: bigint, more: Partial<Logged> = {}): Logged {
  const isEnd = eventId.endsWith('.end');
  return {
    type: isEnd ? 'RequestFinished' : 'AttemptFinished',
    ...{
      eventId,
      requestId: eventId.split('.')[0] ?? '',
      mark: 'm1',
      epoch: 'e1',
      partition: 0,
      offset,
    },
    ...{ digest: eventId, outcome: 'completed', receivedAtMs: AT_MS, finishedAtMs: AT_MS + 10 },
    money: isEnd ? NOTHING : SOME,
    tokens: isEnd ? NO_TOKENS : TOKENS,
    ...{ usageSource: isEnd ? '' : 'provider', accepted: !isEnd },
    upstreamId: isEnd ? '' : 'up1',
    startedAtMs: isEnd ? 0 : AT_MS,
    attempts: isEnd ? 1 : 0,
    ...more,
  };
}

const rowOf = ({ eventId, epoch, partition, offset, money, tokens }: Logged): Row => ({
  ...{ eventId, epoch, partition, offset, money, tokens },
});

const attempt = logged('r1.1', 1n);
const end = logged('r1.end', 2n);
const USAGE = { input_tokens: 7, cache_read_input_tokens: 2, output_tokens: 3 };
const log = [attempt, end];
const sound: Books = {
  served: [{ upstreamRequestId: 'up1', mark: 'm1', outcome: 'completed', usage: USAGE }],
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
  asked: [{ mark: 'm1', id: 'r1', status: 200, retryAfter: false, ending: 'whole' }],
  disturbed: [],
  wanted: { attempts: 1, kills: 0, faults: [] },
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
    const wanted = { attempts: 0, kills: 0, faults: [] };
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
    expect(found({}, { wanted: { attempts: 2, kills: 1, faults: ['kafka fill'] } })).toEqual([
      'missing to the kills wanted',
      'missing to the attempts wanted',
      'missing: faults that did not come',
    ]);
  });

  const told = (usage: Record<string, unknown> | null) => ({
    served: [{ upstreamRequestId: 'up1', mark: 'm1', outcome: 'completed', usage }],
  });

  it('knows tokens in the words of every dialect', () => {
    const details = { cached_tokens: 2, cache_write_tokens: 1 };
    const chat = { prompt_tokens: 10, completion_tokens: 3, prompt_tokens_details: details };
    const responses = { input_tokens: 10, output_tokens: 3, input_tokens_details: details };
    for (const usage of [chat, responses, USAGE]) expect(found(told(usage))).toEqual([]);
  });

  it('finds tokens that are not those of the book', () => {
    for (const name of Object.keys(USAGE))
      expect(found(told({ ...USAGE, [name]: 1 }))).toEqual(['tokens other than in the book']);
    expect(found(told(null))).toEqual(['usage that the provider has not told']);
    const estimated = written({ ...attempt, usageSource: 'estimated' }, end);
    expect(found(estimated)).toEqual(['usage that the provider has told and nobody took']);
    expect(found({ ...estimated, ...told(null) })).toEqual([]);
    const row = { ...first, tokens: { ...TOKENS, output: null } };
    expect(found({ final: [row, rowOf(end)] })).toEqual(['rows of other tokens']);
  });

  it('takes rows that were read again for nothing, but under FINAL, and but before they were', () => {
    const rows = log.map(rowOf);
    const beforeReplay = { epoch: 'e1', raw: rows, final: rows };
    const again = { raw: [...rows, ...rows], beforeReplay };
    expect(found(again)).toEqual([]);
    expect(found({ ...again, final: [...rows, first] })).toContain(
      'doubled: rows of one event under FINAL',
    );
    expect(found({ ...again, raw: [...rows, ...rows, first] })).toEqual([
      'doubled: raw rows of one record',
    ]);
    expect(found({ ...again, beforeReplay: { ...beforeReplay, raw: [...rows, first] } })).toEqual([
      'doubled: raw rows of one record',
    ]);
    expect(found({ beforeReplay })).toEqual(['missing: what was to be read again was not']);
  });

  it('tells a topic that was made anew from what it was: equal offsets are other records', () => {
    const next = [logged('r2.1', 1n), logged('r2.end', 2n)].map((event) => ({
      ...{ ...event, epoch: 'e2', mark: 'm2' },
      upstreamId: event.upstreamId && 'up2',
    }));
    const served = [
      ...sound.served,
      { upstreamRequestId: 'up2', outcome: 'completed', usage: USAGE },
    ];
    expect(found({ ...written(...log, ...next), served })).toEqual([]);
    // The tokens of the old topic: ClickHouse throws the new rows away.
    const lost = { ...written(...log, ...next), served, raw: sound.raw, final: sound.final };
    expect(found(lost)).toContain('lost: events without a row');
  });

  it('finds a 503 that does not say when to come again', () => {
    const refused = { mark: 'm3', id: '', status: 503, ending: 'refused' } as const;
    const asked = (retryAfter: boolean) => ({ asked: [...calm.asked, { ...refused, retryAfter }] });
    expect(found({}, asked(true))).toEqual([]);
    expect(found({}, asked(false))).toEqual(['503 without a word of when to come again']);
  });

  it('excuses a 503 without an end where a journal was full, and nothing else', () => {
    const refused = { mark: 'm3', id: 'r3', retryAfter: true, ending: 'refused' } as const;
    const told = (status: number) => ({ asked: [...calm.asked, { ...refused, status }] });
    const full = { disturbed: [{ victim: 'kafka', how: 'fill', atMs: AT_MS }] as const };
    const lost = ['lost: ids that a client saw, without an end'];
    expect(found({}, { ...told(503), ...full })).toEqual([]);
    expect(found({}, { ...told(502), ...full })).toEqual(lost);
    expect(found({}, told(503))).toEqual(lost);
  });

  it('knows one of two side by side by its service', () => {
    const orphan = written(attempt, logged('r1.end', 2n, { outcome: 'orphaned', attempts: 1 }));
    expect(found(orphan, { ...killed('ingress-2'), form: 'services' })).toEqual([]);
    expect(found(orphan, { ...killed('router-2'), form: 'services' })).toHaveLength(1);
  });
});
