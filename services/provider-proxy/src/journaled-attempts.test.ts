import { AttemptFinished, RequestFacts } from '@fluxrouter/generated/events';
import { AttemptBegin, AttemptEnd } from '@fluxrouter/generated/proxy';
import type { AttemptSink } from '@fluxrouter/service-kit/attempts';
import { beforeEach, expect, it } from 'vitest';
import {
  type AttemptJournal,
  closeOrphanedAttempts,
  JournaledAttempts,
} from './journaled-attempts.ts';

let story: string[];
let durable: ((error: Error | null) => void)[];
let rows: { entry: number; begun: Uint8Array }[];
let published: AttemptFinished[];
let inner: AttemptSink;
const entries = new Map<string, number>();
let acceptsNew: boolean;

beforeEach(() => {
  story = [];
  durable = [];
  rows = [];
  published = [];
  entries.clear();
  acceptsNew = true;
});

const journal: AttemptJournal = {
  begin(begun) {
    story.push('journal begun');
    return rows.push({ entry: rows.length + 1, begun });
  },
  finish(entry, events) {
    story.push(`journal finished ${entry} ${events.map(({ key, type }) => `${key} ${type}`)}`);
    for (const { value } of events) published.push(AttemptFinished.decode(value));
  },
  whenDurable: (callback) => void durable.push(callback),
  state: () => ({ acceptsNew }),
  recovered: () => rows,
};

const attempts = new JournaledAttempts(
  {
    begin(_begin, sink) {
      story.push('provider called');
      inner = sink;
      return {
        accept: () => void story.push('accept'),
        cancel: (reason) => void story.push(`cancel ${reason}`),
        resume: () => {},
      };
    },
  },
  journal,
  entries,
);

const begin = AttemptBegin.fromPartial({
  request: RequestFacts.fromPartial({ requestId: 'req_1', account: 'acc_1' }),
  number: 2,
  candidate: { model: 'gpt-6', provider: 'openai', upstreamModel: 'gpt-6' },
});

const sink: AttemptSink = {
  head: () => {},
  data: () => true,
  end: ({ outcome }) => void story.push(`told ${outcome}`),
  lost: (begun) => void story.push(`lost ${begun}`),
};

function commit(error: Error | null = null): void {
  for (const callback of durable.splice(0)) callback(error);
}

it('is in the journal before the provider is called, and its event before its end is told', () => {
  const call = attempts.begin(begin, sink);
  expect(story).toEqual(['journal begun']);
  expect([...entries]).toEqual([['req_1.2', 1]]);
  commit();
  call.accept();
  inner.end(AttemptEnd.fromPartial({ outcome: 'completed' }));
  expect(story).toEqual(['journal begun', 'provider called', 'accept']);
  commit();
  expect(story.at(-1)).toBe('told completed');
});

it('is not made where the journal cannot be written to, or the caller has gone', () => {
  attempts.begin(begin, sink);
  commit(new Error('disk full'));
  attempts.begin(begin, sink).cancel('client_gone');
  commit();
  expect(story).toEqual([
    'journal begun',
    'journal finished 1 ',
    'lost false',
    'journal begun',
    'journal finished 2 ',
    'lost false',
  ]);
  expect(entries.size).toBe(0);
});

it('is not made where the journal is full', async () => {
  acceptsNew = false;
  attempts.begin(begin, sink).cancel('client_gone');
  await Promise.resolve();
  expect(story).toEqual(['lost false']);
});

it('left open by a crash it is closed as orphaned, charged 0, under its account', () => {
  attempts.begin(begin, sink);
  commit();
  expect(closeOrphanedAttempts(journal)).toBe(1);
  expect(story.at(-1)).toBe('journal finished 1 acc_1 AttemptFinished');
  expect(published).toMatchObject([
    {
      request: { requestId: 'req_1', account: 'acc_1' },
      attempt: 2,
      provider: 'openai',
      model: 'gpt-6',
      outcome: 'orphaned',
      accepted: false,
      chargedPicoUsd: 0n,
    },
  ]);
});
