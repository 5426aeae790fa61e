import type { Books, Logged, Row, Served } from './books.ts';
import { compareRows } from './compare-rows.ts';
import { compareTokens } from './compare-tokens.ts';
import { type Difference, Differences } from './differences.ts';
import type { Disturbed } from './disturb.ts';
import type { Asked } from './drive-load.ts';
import type { ChaosForm } from './plan-chaos.ts';

/**
 * The oracle of the chaos run; docs/decisions/0017 says why each exception is one.
 *
 * - **log = rows**: each event id of the log is one row under FINAL, of its first copy (life of the
 *   topic, partition, offset, cost, charged, house, tokens), and no row is of anything else. Raw
 *   (merges are off) each record of the log is at most one row; two, where metering has read a life of
 *   the topic again from its beginning, and then one before it did.
 * - **log = ends**: each id that a client saw, and each request that has an attempt, has one
 *   `RequestFinished`, with as many attempts as there are `AttemptFinished`. Copies of an event in the
 *   log are the same bytes.
 * - **book = log**: each line of the provider's book is one `AttemptFinished`: by the provider's id of
 *   it, or, where the gateway never saw a head, by the request's mark. Each `AttemptFinished` with a
 *   provider's id is a line.
 * - **tokens**: what the provider's book says it has told is what its accepted attempt counts.
 * - **money**: sums of cost, charged and house agree; of a request at most one attempt is charged.
 * - **clients**: what a client had all of is `completed`; a 503 says when to come again.
 * - **faults**: each that was planned has come.
 *
 * Exceptions, each only beside a kill that explains it: (1) `npm start`: the gateway was killed, the
 * request is `orphaned`: its attempts of before may have no `AttemptFinished`. (2) The sandbox was killed
 * before it wrote the line: the attempt is there, not `completed`. (3) Services: a begin on its way to
 * a provider-proxy that was killed was never an attempt: the end counts one more. (4) A journal was full:
 * 503s beyond its reserve for refusals are counted only.
 */
export interface Run {
  readonly form: ChaosForm;
  readonly asked: readonly Asked[];
  readonly disturbed: readonly Disturbed[];
  /** So many at least, or the run proves less than it says. */
  readonly wanted: {
    readonly attempts: number;
    readonly kills: number;
    /** `<victim> <how>`: each at least once. */
    readonly faults: readonly string[];
  };
}

export interface Verdict {
  readonly counts: Readonly<Record<string, number | bigint>>;
  readonly differences: readonly Difference[];
}

/** A request ends within this time of its receipt, pauses of processes and restarts counted in. */
const REQUEST_LIFE_MS = 70_000;
/** By then an ingress has seen that the connection to a provider-proxy that was killed is gone. */
const NOTICED_MS = 1_000;

export function compareBooks(books: Books, run: Run): Verdict {
  const found = new Differences();
  const events = firstCopies(books.log, found);
  const all = [...events.values()];
  const attempts = all.filter(({ type }) => type === 'AttemptFinished');
  const ends = new Map(
    all.filter(({ type }) => type === 'RequestFinished').map((end) => [end.requestId, end]),
  );
  compareRows(books, events, found);
  const { orphans, unrecorded } = compareEnds(run, attempts, ends, found);
  const tokens = compareTokens(books.served, attempts, found);
  const excused = compareBook(books.served, run, attempts, [...ends.values()], found);
  found.add('events left in journals', books.journals.events, []);
  found.add('entries left open in journals', books.journals.open, []);
  found.add('records that metering has not committed', books.lagRecords, []);
  found.add('records in quarantine', books.quarantined, []);
  found.add('differences that the reconciler tells of', books.alarms, []);
  const sums = {
    log: sumOf(all),
    final: sumOf(books.final),
  };
  for (const kind of ['cost', 'charged', 'house'] as const)
    if (sums.log[kind] !== sums.final[kind])
      found.of(`sum of ${kind}`, `log ${sums.log[kind]}, rows ${sums.final[kind]}`);
  const kills = run.disturbed.filter(({ how }) => how === 'kill');
  found.add('missing to the kills wanted', Math.max(0, run.wanted.kills - kills.length), []);
  found.add(
    'missing to the attempts wanted',
    Math.max(0, run.wanted.attempts - attempts.length),
    [],
  );
  const came = new Set(run.disturbed.map(({ victim, how }) => `${victim} ${how}`));
  for (const fault of run.wanted.faults)
    if (!came.has(fault)) found.of('missing: faults that did not come', fault);
  const unadvised = run.asked.filter(({ status, retryAfter }) => status === 503 && !retryAfter);
  found.add(
    '503 without a word of when to come again',
    unadvised.length,
    unadvised.map(({ mark }) => mark),
  );
  const times = (wanted: Disturbed['how']) =>
    run.disturbed.filter(({ how }) => how === wanted).length;
  return {
    counts: {
      'kill -9': kills.length,
      'of them Kafka': kills.filter(({ victim }) => victim === 'kafka').length,
      'of them ClickHouse': kills.filter(({ victim }) => victim === 'clickhouse').length,
      'SIGSTOP and SIGCONT': times('pause'),
      'SIGTERM and restart': times('end'),
      'replies lost after it was done': times('lose replies'),
      'inserts repeated after they were forgotten': times('outlive'),
      'journals full, Kafka away': times('fill'),
      'requests sent': run.asked.length,
      'requests whose id a client saw': run.asked.filter(({ id }) => id !== '').length,
      'answers that a client had all of': run.asked.filter(({ ending }) => ending === 'whole')
        .length,
      'refused with 503': run.asked.filter(({ status }) => status === 503).length,
      'of them counted only, a journal full': unrecorded,
      'lines of the provider’s book': books.served.length,
      'of them of orphaned requests, without an event': excused.served,
      AttemptFinished: attempts.length,
      'of them not in the book, sandbox killed': excused.attempts,
      'of them with tokens as the book has them': tokens,
      RequestFinished: ends.size,
      'of them orphaned': orphans,
      'records of the log': books.log.length,
      'of them further copies': books.log.length - events.size,
      'events of the log': events.size,
      'rows under FINAL': books.final.length,
      'raw rows': books.raw.length,
      ...(books.beforeReplay && { 'raw rows before the replay': books.beforeReplay.raw.length }),
      'lives of the topic': new Set(books.log.map(({ epoch }) => epoch)).size,
      'cost, pico-USD': sums.final.cost,
      'charged, pico-USD': sums.final.charged,
      'house, pico-USD': sums.final.house,
    },
    differences: found.list(),
  };
}

const isEnd = (how: Disturbed['how']) => how === 'kill' || how === 'end';

/** `router-2` is a router. */
const serviceOf = (victim: string) => victim.replace(/-\d+$/, '');

/** By event id. */
function firstCopies(log: readonly Logged[], found: Differences): Map<string, Logged> {
  const first = new Map<string, Logged>();
  for (const event of log) {
    const known = first.get(event.eventId);
    if (known === undefined) first.set(event.eventId, event);
    else if (known.digest !== event.digest)
      found.of('events of one id that say different things', event.eventId);
  }
  return first;
}

function sumOf(rows: readonly Pick<Row, 'money'>[]) {
  const sum = { cost: 0n, charged: 0n, house: 0n };
  for (const { money } of rows) {
    sum.cost += money.cost;
    sum.charged += money.charged;
    sum.house += money.house;
  }
  return sum;
}

/** @returns how many are orphaned, and how many refusals of full journals have no end. */
function compareEnds(
  { asked, disturbed, form }: Run,
  attempts: readonly Logged[],
  ends: ReadonlyMap<string, Logged>,
  found: Differences,
): { orphans: number; unrecorded: number } {
  const byRequest = Map.groupBy(attempts, ({ requestId }) => requestId);
  const wasHit = (victims: readonly string[], fromMs: number, untilMs: number) =>
    disturbed.some(
      ({ victim, how, atMs }) =>
        isEnd(how) && victims.includes(serviceOf(victim)) && atMs >= fromMs && atMs <= untilMs,
    );
  for (const id of byRequest.keys())
    if (!ends.has(id)) found.of('lost: requests with attempts and without an end', id);
  let orphans = 0;
  for (const end of ends.values()) {
    const { requestId, receivedAtMs } = end;
    const own = byRequest.get(requestId) ?? [];
    const lifeEndMs = receivedAtMs + REQUEST_LIFE_MS;
    if (own.filter(({ money }) => money.charged > 0n).length > 1)
      found.of('doubled: requests charged for two attempts', requestId);
    if (end.outcome === 'orphaned') {
      orphans += 1;
      if (!wasHit(['gateway', 'ingress'], receivedAtMs, lifeEndMs))
        found.of('orphaned requests though nobody was killed', requestId);
      continue;
    }
    const unbegun = end.attempts - own.length;
    const isProxyLost =
      form !== 'one-machine' &&
      wasHit(['provider-proxy'], receivedAtMs - NOTICED_MS, end.finishedAtMs);
    if (unbegun < 0) found.of('doubled: more attempts than their request has made', requestId);
    if (unbegun > 0 && !(isProxyLost && unbegun <= 2))
      found.of('lost: attempts that their request has made', requestId);
  }
  // Where Kafka is away for seconds only, a journal of this size is full as well.
  const wasFull = disturbed.some(({ victim, how }) => victim === 'kafka' && how !== 'lose replies');
  let unrecorded = 0;
  for (const { id, status, ending } of asked) {
    if (id === '') continue;
    const end = ends.get(id);
    if (end === undefined && wasFull && status === 503) unrecorded += 1;
    else if (end === undefined) found.of('lost: ids that a client saw, without an end', id);
    else if (ending === 'whole' && end.outcome !== 'completed' && end.outcome !== 'orphaned')
      found.of('answers that were whole and are not `completed`', `${id} ${end.outcome}`);
  }
  return { orphans, unrecorded };
}

/** @returns what the exceptions of the oracle were needed for. */
function compareBook(
  served: readonly Served[],
  { form, disturbed }: Run,
  attempts: readonly Logged[],
  ends: readonly Logged[],
  found: Differences,
): { served: number; attempts: number } {
  const lines = new Set(served.map(({ upstreamRequestId }) => upstreamRequestId));
  const byUpstreamId = new Map<string, Logged>();
  /** Attempts that saw no head: one line of their request may be theirs. */
  const headless = new Map<string, number>();
  const excused = { served: 0, attempts: 0 };
  const sandboxHits = disturbed.filter(({ victim, how }) => victim === 'sandbox' && isEnd(how));
  for (const attempt of attempts) {
    const { upstreamId, mark, eventId, startedAtMs } = attempt;
    if (upstreamId === '') {
      headless.set(mark, (headless.get(mark) ?? 0) + 1);
      continue;
    }
    if (byUpstreamId.has(upstreamId))
      found.of('doubled: attempts of one id of the provider', eventId);
    byUpstreamId.set(upstreamId, attempt);
    if (lines.has(upstreamId)) continue;
    const untilMs = startedAtMs + REQUEST_LIFE_MS;
    const isLineLost =
      attempt.outcome !== 'completed' &&
      sandboxHits.some(({ atMs }) => atMs >= startedAtMs && atMs <= untilMs);
    if (isLineLost) excused.attempts += 1;
    else found.of('attempts that the provider knows nothing of', eventId);
  }
  const orphaned = new Set(
    ends.filter(({ outcome }) => outcome === 'orphaned').map(({ mark }) => mark),
  );
  for (const { upstreamRequestId, mark = '' } of served) {
    if (byUpstreamId.has(upstreamRequestId)) continue;
    const left = headless.get(mark) ?? 0;
    if (left > 0) headless.set(mark, left - 1);
    else if (form === 'one-machine' && orphaned.has(mark)) excused.served += 1;
    else found.of('lost: attempts that the provider has served', `${mark} ${upstreamRequestId}`);
  }
  return excused;
}
