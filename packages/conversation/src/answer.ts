import type { Usage } from '@fluxrouter/pricing';
import type { Turn } from './conversation.ts';
import type { Native } from './native.ts';

/** Why a model stopped. */
export type FinishReason =
  | 'stop'
  | 'stopSequence'
  | 'length'
  | 'toolCalls'
  | 'refusal'
  | 'pause'
  | 'contextLength'
  | 'failed';

/** Unified, and as the provider put it. */
export interface Finish {
  readonly reason: FinishReason;
  readonly raw?: string;
  readonly stopSequence?: string;
}

/** Disjoint buckets, and the provider's own object. */
export interface ReportedUsage {
  readonly buckets: Usage;
  readonly native?: Native;
}

/** A complete answer: the fold of its parts. */
export interface Answer {
  readonly dialect: string;
  readonly id: string;
  readonly model: string;
  /** Unix seconds. */
  readonly createdAt?: number;
  /** One, but for chat's `n`. */
  readonly choices: readonly Choice[];
  readonly usage?: ReportedUsage;
  readonly native?: Native;
}

export interface Choice {
  readonly turns: readonly Turn[];
  readonly finish?: Finish;
  readonly native?: Native;
}
