import { buildCatalogue, type Dialect, resolveModelName } from '@fluxrouter/catalogue';
import { buildRateCard, rateCardDefinitions } from '@fluxrouter/pricing';
import { decide } from './decide.ts';
import type { DecideInput, DecideResult, Decision, Refusal } from './decision.ts';
import { extractFacts } from './extract-facts.ts';
import { ALL_HEALTHY } from './health.ts';
import { buildPolicy } from './policy.ts';

/** What the tests of decisions share: the shipped data, everything configured, everybody healthy. */
export const catalogue = buildCatalogue();
export const policy = buildPolicy();
const [definition] = rateCardDefinitions;
if (definition === undefined) throw new Error('no rate card');
export const rateCard = buildRateCard(definition, [...catalogue.models.values()]);

export interface TestRequest {
  readonly model?: string;
  readonly dialect?: Dialect;
  readonly body?: Record<string, unknown>;
  /** Providers with credentials; default: all. */
  readonly providers?: readonly string[];
  readonly input?: Partial<DecideInput>;
}

export function inputFor(request: TestRequest): DecideInput {
  const { model = 'flux-auto', dialect = 'openai-chat', body = {}, providers } = request;
  return {
    facts: extractFacts(body, dialect),
    requested: resolveModelName(catalogue, model),
    dialect,
    catalogue,
    rateCard,
    policy,
    health: ALL_HEALTHY,
    servable: (id) =>
      providers === undefined || providers.includes(catalogue.models.get(id)?.provider ?? ''),
    ...request.input,
  };
}

export function decisionFor(request: TestRequest): Decision {
  const result: DecideResult = decide(inputFor(request));
  if (!result.ok) throw new Error(`refused: ${result.refusal.code}`);
  return result.decision;
}

export function refusalFor(request: TestRequest): Refusal {
  const result = decide(inputFor(request));
  if (result.ok) throw new Error(`not refused: ${result.decision.routedModel}`);
  return result.refusal;
}

/** A chat request of turns that alternate between user and assistant, the user first. */
export function conversation(...turns: string[]): Record<string, unknown> {
  return {
    messages: turns.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
  };
}

export function deepFreeze(value: unknown): void {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
}
