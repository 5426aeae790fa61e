import type { Block } from './blocks.ts';
import type { JsonObject, Native } from './native.ts';

/** `developer` is a newer name for `system`; `tool` holds nothing but results of tools. */
export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

export interface Turn {
  readonly role: Role;
  readonly blocks: readonly Block[];
  /** Its content was given as one string. */
  readonly shorthand?: true;
  readonly native?: Native;
}

/** A request as all dialects understand it. `undefined`: not said. */
export interface Conversation {
  /** The dialect that it was read from. */
  readonly dialect: string;
  readonly model: string;
  readonly stream?: boolean;
  /** System text that stands apart from the turns. */
  readonly instructions?: Turn;
  readonly turns: readonly Turn[];
  /** All of the turns were given as one string. */
  readonly shorthand?: true;
  readonly tools?: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly output?: OutputFormat;
  /** Tokens of output at most, reasoning included. */
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  /** Answers wanted. */
  readonly answers?: number;
  /** The most likely tokens to report beside each token; 0: only the token's own probability. */
  readonly logprobs?: number;
  readonly reasoning?: Reasoning;
  readonly verbosity?: string;
  /** The client's own name for its end user. */
  readonly endUser?: string;
  readonly native?: Native;
}

export type Tool = FunctionTool | CustomTool | OpaqueTool;

export interface FunctionTool {
  readonly kind: 'function';
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments. */
  readonly parameters?: JsonObject;
  readonly strict?: boolean;
  readonly native?: Native;
}

/** Takes free text, where a format does not say more. */
export interface CustomTool {
  readonly kind: 'custom';
  readonly name: string;
  readonly description?: string;
  readonly format?: JsonObject;
  readonly native?: Native;
}

export interface OpaqueTool {
  readonly kind: 'opaque';
  readonly dialect: string;
  readonly value: JsonObject;
}

export type ToolChoice =
  | { readonly mode: 'auto' | 'none' | 'required' }
  | { readonly mode: 'tool'; readonly name: string; readonly custom?: true }
  /** Only these, and perhaps one of them surely. */
  | { readonly mode: 'allowed'; readonly names: readonly string[]; readonly required: boolean };

export type OutputFormat =
  | { readonly kind: 'text' }
  /** Any JSON object. */
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema';
      readonly name?: string;
      readonly description?: string;
      readonly schema: JsonObject;
      readonly strict?: boolean;
    };

export interface Reasoning {
  readonly mode?: 'budget' | 'adaptive' | 'off';
  /** Tokens, with mode `budget`. */
  readonly budgetTokens?: number;
  /** none, minimal, low, medium, high, xhigh, max */
  readonly effort?: string;
  /** How much of it to tell: auto, concise, detailed. */
  readonly summary?: string;
}
