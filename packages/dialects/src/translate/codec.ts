import type {
  Answer,
  Conversation,
  Encoded,
  JsonObject,
  Machine,
  StreamPart,
} from '@fluxrouter/conversation';
import type { FluxError } from '@fluxrouter/errors';
import type { DialectName } from '../dialect.ts';

/** A dialect as translation knows it: every folder has these, and each is pure. */
export interface Codec {
  readonly name: DialectName;
  /** Total: what is not understood is kept; only what is no request at all is refused. */
  decodeRequest(body: JsonObject): Conversation | FluxError;
  encodeRequest(conversation: Conversation, target: Target): Encoded;
  /** null: not an answer of this dialect. `model`: ours, for whatever is sealed in it. */
  decodeAnswer(body: JsonObject, model: string | null): Answer | null;
  encodeAnswer(answer: Answer, shown: Shown): Encoded;
  decodeStream(model: string | null): Machine<unknown, WireEvent, StreamPart>;
  encodeStream(shown: Shown): Machine<unknown, StreamPart, OutEvent>;
  /** Says what is wrong with the events of a stream that goes to a client. */
  readonly streamGrammar: Machine<unknown, WireEvent, string>;
}

/** Whom a request is for. */
export interface Target {
  readonly dialect: DialectName;
  /** Our id of the model: what seals name. */
  readonly model: string;
  /** The provider's name of it. */
  readonly upstreamModel: string;
  /** Tokens, where a dialect wants a limit and the client gave none. */
  readonly maxOutputTokens?: number;
  /** How thinking is asked for: by a budget of tokens, or left to the model with an effort. */
  readonly thinking?: 'budget' | 'adaptive';
  /** It reasons: ask for the seals of it (responses), to be given back. */
  readonly reasons?: boolean;
  /** The chat field that bounds the output. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** Chat: ask for usage in a stream. */
  readonly askUsage?: boolean;
}

/** What a client is shown besides what upstream said. */
export interface Shown {
  /** The model's name; upstream's own where undefined. */
  readonly model?: string;
  /** Unix seconds, for an answer that does not say when it was made. */
  readonly createdAt?: number;
  /** Chat: a chunk for usage at the end. */
  readonly usageChunk?: boolean;
}

/** One event of a stream as it was read: null where its data is `[DONE]`. */
export interface WireEvent {
  readonly event: string | null;
  readonly data: JsonObject | null;
}

/** One event to be written. */
export interface OutEvent extends WireEvent {
  /** It carries the usage of the whole answer. */
  readonly usage?: true;
}
