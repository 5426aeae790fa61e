import type { Catalogue, Dialect, Lane, ResolvedName } from '@fluxrouter/catalogue';
import type { RateCard } from '@fluxrouter/pricing';
import type { RejectionReason } from './constraints.ts';
import type { RequestFacts } from './facts.ts';
import type { HealthSnapshot, HealthState } from './health.ts';
import type { Category, Policy, Tier } from './policy.ts';
import type { Contribution } from './score.ts';

export type Profile = 'auto' | 'tier' | 'direct';

/** Routor's request fields, already read out of the body. */
export interface RoutorFields {
  /** `direct` and `tier` need a name that says which; on `flux-auto` they change nothing. */
  readonly profile?: Profile;
  readonly tier?: Tier;
  readonly tierFloor?: Tier;
  readonly tierCeiling?: Tier;
  /** Pico-USD, against the estimate for the request. */
  readonly maxCost?: bigint;
}

export interface DecideInput {
  readonly facts: RequestFacts;
  readonly requested: ResolvedName;
  readonly dialect: Dialect;
  readonly catalogue: Catalogue;
  readonly rateCard: RateCard;
  readonly policy: Policy;
  readonly health: HealthSnapshot;
  readonly routor?: RoutorFields;
  /** Whether this deployment has credentials for a model's provider (or the sandbox stands in). */
  readonly servable: (modelId: string) => boolean;
}

export interface ChainEntry {
  readonly model: string;
  readonly provider: string;
  readonly upstreamModel: string;
}

export interface RejectedModel {
  readonly model: string;
  readonly reason: RejectionReason;
}

/** A decision and all that explains it. Numbers, ids and codes only. */
export interface Decision {
  readonly profile: Profile;
  readonly tier: Tier;
  readonly lane: Lane;
  readonly category: Category;
  /** The sum of the contributions, which the tiers cut. */
  readonly score: number;
  /** 0 to 1, two decimals. */
  readonly confidence: number;
  readonly method: 'rules';
  /** The policy's hash. */
  readonly policy: string;
  readonly rateCardVersion: string;
  readonly catalogueVersion: string;
  /** Codes that match [A-Za-z0-9._:/@-]{1,128}. */
  readonly reasons: readonly string[];
  readonly contributions: readonly Contribution[];
  /** In the order of attempts; never empty. */
  readonly chain: readonly ChainEntry[];
  readonly rejected: readonly RejectedModel[];
  /** The first of the chain. */
  readonly routedModel: string;
  readonly historyFloor: Tier | null;
  /** The states of models that could have served and were not healthy: what of the snapshot mattered. */
  readonly health: Readonly<Record<string, HealthState>>;
}

export type RefusalCode =
  | 'model_not_found'
  | 'provider_not_configured'
  | 'image_not_available'
  | 'unpriced_feature'
  | 'context_length_exceeded'
  | 'capability_not_available'
  | 'max_cost_exceeded';

/** Why nothing can serve a request. The message has no word of the client's in it. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** The request's field that is at fault. */
  readonly param: string | null;
  /** Of `context_length_exceeded`: the estimate and the largest window, tokens. */
  readonly tokens?: number;
  readonly tokensMax?: number;
}

export type DecideResult =
  | { readonly ok: true; readonly decision: Decision }
  | { readonly ok: false; readonly refusal: Refusal };
