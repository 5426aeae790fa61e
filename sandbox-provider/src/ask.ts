import type { Refusal } from './errors.ts';
import type { JsonObject } from './json.ts';

/** A function tool that the request offers. */
export interface Tool {
  readonly name: string;
  readonly schema: JsonObject;
}

export type ToolChoice =
  | { readonly kind: 'auto' }
  | { readonly kind: 'none' }
  | { readonly kind: 'any' }
  | { readonly kind: 'named'; readonly name: string };

export type Effort = 'minimal' | 'low' | 'medium' | 'high';

/** Input tokens by what they cost; the buckets are disjoint. */
export interface InputTokens {
  readonly uncached: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
}

/** What a request asks for, in words that all dialects share. */
export interface Ask {
  readonly model: string;
  readonly stream: boolean;
  /** The text of the last user message, directives included. */
  readonly userText: string;
  /** The text of the tool results, where they are what came last. */
  readonly toolResult: string | null;
  readonly input: InputTokens;
  readonly images: number;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  /** The JSON schema that the answer must satisfy; `{}` for just any JSON. */
  readonly schema: JsonObject | null;
  readonly choices: number;
  readonly maxTokens: number | null;
  readonly stop: readonly string[];
  /** How hard to think; null where the request does not ask for thinking. */
  readonly effort: Effort | null;
  /** Chat: the client asked for the usage chunk. */
  readonly includeUsage: boolean;
  readonly body: JsonObject;
}

export type AskReading =
  | { readonly ok: true; readonly ask: Ask }
  | { readonly ok: false; readonly refusal: Refusal };

export function refuse(refusal: Refusal): AskReading {
  return { ok: false, refusal };
}

export function readEffort(value: unknown): Effort | null {
  if (typeof value !== 'string' || value === 'none') return null;
  if (value === 'minimal' || value === 'low' || value === 'medium') return value;
  return 'high';
}

export function readStop(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((stop): stop is string => typeof stop === 'string' && stop !== '');
}

export const tokensPerImage = 85;
export const tokensPerMessage = 3;
