import { buildCatalogue } from '@fluxrouter/catalogue';
import { dialects } from '@fluxrouter/dialects';
import { Decision, RequestFacts } from '@fluxrouter/generated/events';
import { AttemptBegin } from '@fluxrouter/generated/proxy';
import {
  buildRateCard,
  type RateCard,
  type RateRow,
  rateCardDefinitions,
} from '@fluxrouter/pricing';
import type { AttemptSink } from '@fluxrouter/service-kit/attempts';
import type { Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import { Attempt } from './attempt.ts';
import { providerProxyConfig } from './config.ts';
import type { AlarmKind, AttemptPorts } from './ports.ts';

const catalogue = buildCatalogue();
const [definition] = rateCardDefinitions;
if (definition === undefined) throw new Error('no rate card');
const card = buildRateCard(definition, [...catalogue.models.values()]);
const dialect = dialects['openai-chat'];

const answer = (usage: object) =>
  Buffer.from(
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: 'gpt-5.4',
      choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
      usage,
    }),
  );

const TOKENS = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
const NONE = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

/** A whole answer that is accepted, priced by that card. */
function alarmsOf(usage: object, rateCard: RateCard): AlarmKind[] {
  const alarms: AlarmKind[] = [];
  let ended = 0;
  const ports: AttemptPorts = {
    config: providerProxyConfig.parse({}),
    nowMs: () => 1_000,
    rateCard: () => rateCard,
    baselineModel: catalogue.baseline.id,
    estimator: { estimate: (_what, counted) => counted({ input: 0, output: 0 }) },
    publish() {},
    ended: () => void ended++,
    alarm: (kind) => void alarms.push(kind),
  };
  const facts = RequestFacts.fromPartial({
    requestId: 'req_1',
    decision: Decision.fromPartial({ profile: 'direct' }),
  });
  const begin = AttemptBegin.fromPartial({
    request: facts,
    number: 1,
    candidate: { model: 'gpt-5.4', provider: 'openai', upstreamModel: 'gpt-5.4' },
    routedModel: 'gpt-5.4',
    dialect: dialect.name,
    stream: false,
  });
  const sink: AttemptSink = {
    head() {},
    data: (_bytes, output) => {
      if (output) attempt.accept();
      return true;
    },
    end() {},
    lost() {},
  };
  const attempt = new Attempt(ports, begin, facts, dialect, sink);
  const controller = { abort() {}, pause() {}, resume() {} };
  const upstream = controller as unknown as Dispatcher.DispatchController;
  attempt.onRequestStart(upstream);
  attempt.onResponseStart(upstream, 200, { 'content-type': 'application/json' });
  attempt.onResponseData(upstream, answer(usage));
  attempt.onResponseEnd();
  expect(ended).toBe(1);
  return alarms;
}

const free = (row: RateRow): RateRow =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? 0n : value]),
  ) as unknown as RateRow;

/** The card with each price at nothing. */
const freeCard: RateCard = {
  ...card,
  rows: new Map([...card.rows].map(([model, row]) => [model, free(row)])),
};

describe('an answer that was accepted', () => {
  it('and used tokens and costs nothing is an alarm', () => {
    expect(alarmsOf(TOKENS, freeCard)).toEqual(['free_answer']);
    expect(alarmsOf(TOKENS, card)).toEqual([]);
  });

  it('and used nothing is none', () => {
    expect(alarmsOf(NONE, freeCard)).toEqual([]);
  });

  it('and has no price is an alarm, and ends all the same', () => {
    expect(alarmsOf(TOKENS, { ...card, rows: new Map() })).toEqual(['unpriced']);
  });
});
