import { operationalText } from '@fluxrouter/events';
import {
  AttemptFinished,
  type Decision,
  type RequestFacts,
  RequestFinished,
} from '@fluxrouter/generated/events';
import { type Outcome, ok } from '../pipeline.ts';
import type { LoggedEvent } from './decode-event.ts';

// What comes from closed lists of ours (`Daily Driver`, a reason): printable and short.
const LISTED = /^[\x20-\x7e]{1,256}$/;

/**
 * The last look before texts are stored: one that breaks its grammar is left out and counted. The
 * producers have checked already; a row without a name is better than one with somebody's words in it.
 */
export function checkTexts(onWithheld: (count: number) => void) {
  return function checkTexts(logged: LoggedEvent): Outcome<LoggedEvent> {
    const text = new TextCheck();
    const { decoded } = logged;
    if (decoded.type === 'AttemptFinished') {
      const event = checkedAttempt(decoded.event, text);
      if (text.withheld === 0) return ok(logged);
      onWithheld(text.withheld);
      const bytes = AttemptFinished.encode(event).finish();
      return ok({ ...logged, decoded: { type: decoded.type, event }, bytes });
    }
    const event = checkedEnd(decoded.event, text);
    if (text.withheld === 0) return ok(logged);
    onWithheld(text.withheld);
    const bytes = RequestFinished.encode(event).finish();
    return ok({ ...logged, decoded: { type: decoded.type, event }, bytes });
  };
}

class TextCheck {
  withheld = 0;

  /** What a client or an upstream chose. */
  readonly chosen = (text: string): string => this.#checked(text, operationalText(text) !== null);

  readonly listed = (text: string): string => this.#checked(text, LISTED.test(text));

  #checked(text: string, fits: boolean): string {
    if (fits || text === '') return text;
    this.withheld += 1;
    return '';
  }
}

function checkedAttempt(event: AttemptFinished, text: TextCheck): AttemptFinished {
  const { chosen, listed } = text;
  return {
    ...event,
    request: event.request && checkedFacts(event.request, text),
    provider: listed(event.provider),
    model: listed(event.model),
    upstreamModel: chosen(event.upstreamModel),
    outcome: listed(event.outcome),
    errorCode: listed(event.errorCode),
    usage: event.usage && { ...event.usage, source: listed(event.usage.source) },
    bodyId: chosen(event.bodyId),
    upstreamId: chosen(event.upstreamId),
  };
}

function checkedEnd(event: RequestFinished, text: TextCheck): RequestFinished {
  const { chosen, listed } = text;
  return {
    ...event,
    request: event.request && checkedFacts(event.request, text),
    outcome: listed(event.outcome),
    errorCode: listed(event.errorCode),
    notes: event.notes.map(listed),
    servedModel: listed(event.servedModel),
    bodyId: chosen(event.bodyId),
    upstreamId: chosen(event.upstreamId),
  };
}

// Request id and account are not here: without them there is no row (to-usage-row.ts).
function checkedFacts(facts: RequestFacts, text: TextCheck): RequestFacts {
  const { chosen, listed } = text;
  return {
    ...facts,
    key: chosen(facts.key),
    clientRequestId: chosen(facts.clientRequestId),
    dialect: listed(facts.dialect),
    originalModel: chosen(facts.originalModel),
    tags: facts.tags.map((tag) => ({ name: chosen(tag.name), value: chosen(tag.value) })),
    decision: facts.decision && checkedDecision(facts.decision, text),
  };
}

function checkedDecision(decision: Decision, { listed }: TextCheck): Decision {
  return {
    ...decision,
    profile: listed(decision.profile),
    tier: listed(decision.tier),
    lane: listed(decision.lane),
    category: listed(decision.category),
    method: listed(decision.method),
    policy: listed(decision.policy),
    rateCard: listed(decision.rateCard),
    catalogue: listed(decision.catalogue),
    reasons: decision.reasons.map(listed),
    chain: decision.chain.map((each) => ({
      model: listed(each.model),
      provider: listed(each.provider),
      upstreamModel: listed(each.upstreamModel),
    })),
    routedModel: listed(decision.routedModel),
    historyFloor: listed(decision.historyFloor),
    health: decision.health.map((each) => ({
      model: listed(each.model),
      state: listed(each.state),
    })),
    rejected: decision.rejected.map((each) => ({
      model: listed(each.model),
      reason: listed(each.reason),
    })),
  };
}
