import type { FluxError } from '@fluxrouter/errors';
import type { Edit, MemberSpan, NewMember, ObjectScan } from '@fluxrouter/json-splice';
import type { SealedTurn } from './sealed-turn.ts';
import type { Usage } from './usage.ts';
import type { FrameVerdict } from './verdict.ts';

/** The dialects of conversations. */
export type DialectName = 'openai-chat' | 'openai-responses' | 'anthropic-messages';

/** Everything that is spoken here. */
export type AnyDialectName = DialectName | 'openai-images';

/**
 * All that the core may know of a dialect. Everything here is a pure function of its arguments;
 * whatever an upstream sends, nothing here throws.
 */
export interface Dialect<Name extends AnyDialectName = AnyDialectName> {
  readonly name: Name;
  /** After a provider's base URL. */
  readonly upstreamPath: string;

  /** One exact scan and one JSON.parse. Says which field is wrong, in the vendor's manner. */
  readRequest(body: Buffer, limits: RequestLimits): RequestReading | RequestRefusal;
  /** The closed list of splices but for the model, which differs by attempt: see `modelSpan`. */
  requestEdits(reading: RequestReading, wishes: RequestWishes): Edit[];
  routorFields(reading: RequestReading): RoutorFields | FluxError;
  /** What the request asks for that has no row on a price card. */
  unpricedFeatures(parsed: Record<string, unknown>): UnpricedFeature[];
  /** Ids of things that are kept at a provider, wherever they stand. */
  providerIds(parsed: Record<string, unknown>): ProviderId[];
  /** Reasoning of an unfinished tool turn that only its origin takes back; null: none. */
  sealedTurn(parsed: Record<string, unknown>): SealedTurn | null;
  /** The words of a request, for counting tokens where a provider does not. Slow: use a worker. */
  extractRequestText(parsed: Record<string, unknown>): string;

  /** A complete answer, by scanning. Total. */
  readAnswer(body: Buffer): AnswerReading;
  /** The splices of a complete answer: its model replaced, members added before its end. */
  answerEdits(
    reading: AnswerReading,
    wishes: { readonly model?: string; readonly members?: readonly NewMember[] },
  ): Edit[];
  extractAnswerText(body: Buffer): string;

  createObserver(options: ObserverOptions): StreamObserver;
  /** All words that a stream's frames brought. Slow: use a worker. */
  extractDeltaText(rawStream: Buffer): string;
  /**
   * Puts `flux` into the JSON of a frame that the observer called USAGE; null where it cannot be
   * done without changing more.
   */
  fluxMemberEdit(frame: Buffer, member: FluxMember): Edit | null;

  /** The error in the dialect's shape; the message ends in `(request req_…)`. */
  errorBody(error: FluxError, requestId: string): object;
  /** The status under which the dialect's clients know this error. */
  errorStatus(error: FluxError): number;
  /** The bytes that end a running stream as the dialect demands. */
  streamError(
    error: FluxError,
    requestId: string,
    snapshot: StreamSnapshot,
    betweenFrames?: boolean,
  ): Buffer;
  /** The bytes that close a stream whose observer's `end` is `unterminated`. */
  streamEnd(snapshot: StreamSnapshot): Buffer;
  classifyUpstreamError(status: number, body: Buffer): UpstreamError;
}

export interface RequestLimits {
  readonly maxDepth: number;
  /** The request only counts tokens: nothing is required that only making an answer needs. */
  readonly countOnly?: boolean;
}

export interface RequestReading {
  readonly body: Buffer;
  readonly parsed: Record<string, unknown>;
  readonly scan: ObjectScan;
  /** As sent; null: a string, but no model's name (`[A-Za-z0-9._:/@-]{1,128}`). */
  readonly model: string | null;
  readonly modelSpan: MemberSpan;
  readonly stream: boolean;
  /** The client itself asked for a chat stream's usage chunk; true where streams always have it. */
  readonly includeUsage: boolean;
  /** The most output tokens that the request allows for one answer; undefined: it does not say. */
  readonly maxTokens: number | undefined;
  /** How many answers the request asks for (`n`). */
  readonly answers: number;
  /** Tokens that thinking may use within `maxTokens`, where the request says so. */
  readonly thinkingBudget: number | undefined;
}

/** Why a request was refused, with what a record wants to know of it all the same. */
export interface RequestRefusal extends FluxError {
  readonly model: string | null;
  readonly stream: boolean;
}

export interface RequestWishes {
  /** Lower the request's own limit to this, or set it. */
  readonly maxTokens?: number;
  /** The member to set where the request has none of the dialect's; a provider's description says. */
  readonly maxTokensField?: string;
  /** Have usage reported in a stream. */
  readonly askUsage: boolean;
}

export type RoutorTier = 'NANO' | 'SIMPLE' | 'LIGHT' | 'STANDARD' | 'COMPLEX';
export type RoutorProfile = 'auto' | 'tier' | 'direct';

/** Routor's request fields. */
export interface RoutorFields {
  readonly profile?: RoutorProfile;
  readonly tier?: RoutorTier;
  readonly tierFloor?: RoutorTier;
  readonly tierCeiling?: RoutorTier;
  /** US dollars as the decimal that was sent, so that no float ever held it. */
  readonly maxCost?: string;
}

/** A name of the closed list, and the field that asks for it. */
export interface UnpricedFeature {
  readonly name: string;
  readonly param: string;
}

export interface ProviderId {
  readonly kind: ProviderIdKind;
  readonly id: string;
  readonly param: string;
}

export type ProviderIdKind =
  | 'response'
  | 'conversation'
  | 'item'
  | 'file'
  | 'container'
  | 'vector_store'
  | 'prompt'
  | 'skill'
  | 'audio'
  | 'message'
  | 'thread'
  | 'completion'
  | 'tunnel'
  | 'profile';

export type Finish = 'completed' | 'incomplete' | 'refused' | 'failed';

export interface AnswerReading {
  /** A JSON object of the dialect's form, and no error. */
  readonly ok: boolean;
  /** The vendor's id of the answer, where it is one by its grammar. */
  readonly bodyId: string | null;
  readonly upstreamModel: string | null;
  readonly usage: Usage | null;
  readonly finish: Finish | null;
  readonly modelSpan: { readonly start: number; readonly end: number } | null;
  /** At the closing brace: where a member is inserted. */
  readonly objectEnd: number | null;
  /** The body is an error's, whatever the status said. */
  readonly isError: boolean;
  /**
   * Ids, beside `bodyId`, by which a later request of this account may name parts of this answer: what
   * the provider keeps (see `providerIds`), and the calls of an answer whose reasoning is sealed.
   */
  readonly storedIds: readonly string[];
  readonly scan: ObjectScan | null;
}

export interface ObserverOptions {
  /** The client asked for the usage chunk itself, so that it is not dropped. */
  readonly clientWantsUsage: boolean;
}

/** Reads along in one stream. */
export interface StreamObserver {
  /** Each whole frame in order; flags of `verdict.ts`. */
  frame(bytes: Buffer, start: number, end: number): FrameVerdict;
  /**
   * Bytes of a frame that is too large to be kept, as the splitter passes them on; `first`: with
   * its beginning. What can be told from that is told: whether it is output, whether it is the end.
   */
  oversized(bytes: Buffer, first: boolean): FrameVerdict;
  /** Live: its members change as frames come. */
  readonly snapshot: StreamSnapshot;
  /**
   * The bytes are over. `complete`: the dialect's last event came. `unterminated`: the answer is
   * whole and only the last event is missing. `cut`: output is missing, or may be.
   */
  end(): 'complete' | 'unterminated' | 'cut';
}

export interface StreamSnapshot {
  readonly bodyId: string | null;
  readonly upstreamModel: string | null;
  /** Merged; a later total replaces an earlier one. */
  readonly usage: Usage | null;
  /** `usage` is the answer's total. False: what there is, is of the beginning only, or nothing. */
  readonly usageIsFinal: boolean;
  readonly finish: Finish | null;
  readonly sawOutput: boolean;
  readonly sawTerminal: boolean;
  readonly error: UpstreamError | null;
  /** About as many bytes of output as have come. */
  readonly contentBytes: number;
  /** The last one seen (responses); -1 before. */
  readonly sequenceNumber: number;
  readonly frames: number;
  /** As in an answer's reading; complete when the last event has come. */
  readonly storedIds: readonly string[];
  /** When the upstream says that it began, in Unix seconds (responses). */
  readonly createdAt: number | null;
}

export interface FluxMember {
  readonly costUsd: string;
  readonly model: string;
  readonly requestId: string;
}

export type UpstreamErrorKind =
  /** The client's fault: same status, no fallback. */
  | 'client'
  /** Too long for this model: the chain goes on. */
  | 'context_length'
  /** This model cannot do what is asked: the chain goes on. */
  | 'capability'
  | 'rate_limited'
  /** Our credentials or our money with the provider: an alarm, never the client's 401. */
  | 'auth'
  | 'overloaded'
  | 'server'
  | 'timeout'
  | 'not_found_model';

export interface UpstreamError {
  readonly kind: UpstreamErrorKind;
  readonly status: number;
  /**
   * The vendor's own sentence without keys and addresses, for the client who caused it and for
   * nobody else: it may quote the prompt, so it is never logged. Null unless the client caused it.
   */
  readonly clientSafeMessage: string | null;
  readonly type: string | null;
  readonly code: string | null;
  readonly param: string | null;
}
