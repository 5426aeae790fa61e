import type { AnyDialectName } from '@fluxrouter/dialects';
import type { RequestFacts } from '@fluxrouter/generated/events';
import type { AttemptFailure } from '@fluxrouter/generated/proxy';
import type { RateCard } from '@fluxrouter/pricing';
import type { ProviderProxyConfig } from './config.ts';

/** What an attempt needs from outside. */
export interface AttemptPorts {
  readonly config: ProviderProxyConfig;
  nowMs(): number;
  /** The card that the decision was made with. */
  rateCard(facts: RequestFacts): RateCard;
  /** Catalogue id. */
  readonly baselineModel: string;
  readonly estimator: UsageEstimator;
  /** Into the journal; durable with its next commit. */
  publish(eventId: string, account: string, value: Uint8Array): void;
  ended(model: string, outcome: string, why: AttemptFailure | null): void;
  /** Something that a person must look at. */
  alarm(kind: AlarmKind, model: string): void;
}

/**
 * `provider_misconfigured`: a provider refused our credentials. `free_answer`: tokens were used and
 * nothing was charged. `unpriced`: what was used could not be priced.
 */
export type AlarmKind = 'provider_misconfigured' | 'free_answer' | 'unpriced';

/** Counts tokens off the event loop. */
export interface UsageEstimator {
  estimate(what: UsageToEstimate, counted: (tokens: CountedTokens) => void): void;
}

export interface UsageToEstimate {
  readonly dialect: AnyDialectName;
  readonly stream: boolean;
  /** null: not needed. */
  readonly request: Buffer | null;
  readonly answer: Buffer | null;
  /** All of the answer over the kept part of it. */
  readonly answerScale: number;
}

export interface CountedTokens {
  readonly input: number;
  readonly output: number;
}
