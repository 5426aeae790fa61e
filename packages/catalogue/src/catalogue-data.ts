import type { ListPrice, PricedLane } from '@fluxrouter/pricing';

/** The API shapes that a model can be called in. */
export type Dialect = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'openai-images';

export const DIALECTS: readonly Dialect[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'openai-images',
];

export type Lane = PricedLane;

export const LANES: readonly Lane[] = ['fast', 'standard', 'reasoning', 'image'];

/** What a request may need of a model beyond text. */
export interface Capabilities {
  readonly vision: boolean;
  readonly tools: boolean;
  readonly jsonSchema: boolean;
  readonly reasoning: boolean;
  readonly pdf: boolean;
}

export interface Model {
  /** The catalogue id: ours, stable, lower case. */
  readonly id: string;
  readonly provider: string;
  /** The provider's own name, the one that goes upstream. */
  readonly upstreamModel: string;
  readonly dialects: readonly Dialect[];
  /** The lane whose floor prices it. */
  readonly lane: Lane;
  /** Tokens. null: not stated by the provider. */
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  readonly listUsdPer1M: ListPrice;
  readonly capabilities: Capabilities;
  /** It thinks by a budget of tokens; absent: it takes an effort, in the manner of its dialect. */
  readonly thinksByBudget?: boolean;
  /** How long it may take to its first output and count as healthy (p95), ms; default: 5 s, reasoning lane 30 s. */
  readonly firstOutputMsMax?: number;
}

export interface LaneDefinition {
  readonly lane: Lane;
  readonly alias: string;
  readonly displayName: string;
  /** Model ids in order of preference; the first that serves a request is the lane's default for it. */
  readonly chain: readonly string[];
}

/** Where a provider's API differs from its dialect, as named facts: the core never compares a provider's name. */
export interface ProviderQuirks {
  /**
   * Whether `stream_options.include_usage` may be sent (chat); else usage comes unasked. Mistral answers 422 to it
   * (https://github.com/openai/openai-agents-python/issues/442).
   */
  readonly streamUsageOption: boolean;
  /** The chat field that bounds the output. In the other dialects the dialect itself fixes it. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
}

export interface Provider {
  readonly id: string;
  readonly displayName: string;
  readonly baseUrl: string;
  readonly dialects: readonly Dialect[];
  readonly auth: 'bearer' | 'x-api-key';
  /** Name of the setting that holds the credential, and of the one that replaces `baseUrl`. */
  readonly apiKeySetting: string;
  readonly baseUrlSetting: string;
  readonly quirks: ProviderQuirks;
  /** Whether the rest of an answer is read (to learn its usage) when the client has gone. */
  readonly onClientGone: 'cancel' | 'drain';
}

/** The data files of `data/`, as they are. */
export interface CatalogueData {
  /** Unix seconds: `created` of every entry of GET /v1/models. */
  readonly createdUnixS: number;
  /** Savings are told against this model's list price. */
  readonly baseline: string;
  readonly models: readonly Model[];
  readonly lanes: readonly LaneDefinition[];
  readonly providers: readonly Provider[];
}
