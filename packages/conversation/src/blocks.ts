import type { JsonObject, Native, Origin } from './native.ts';

/** What a turn holds, in order. A closed union: what none of them names is `opaque`. */
export type Block =
  | TextBlock
  | ReasoningBlock
  | ToolCallBlock
  | ToolResultBlock
  | ImageBlock
  | FileBlock
  | AudioBlock
  | RefusalBlock
  | OpaqueBlock;

interface Kept {
  readonly native?: Native;
}

export interface TextBlock extends Kept {
  readonly kind: 'text';
  readonly text: string;
  /** One entry a token; OpenAI's form, which both of its dialects share. */
  readonly logprobs?: readonly unknown[];
}

/** Words of thinking, its seal, or both. */
export interface ReasoningBlock extends Kept {
  readonly kind: 'reasoning';
  readonly text: string;
  /** The words are a summary, not the thinking itself. */
  readonly summary?: true;
  /** The provider hides the words: only the seal can be given back. */
  readonly hidden?: true;
  readonly seal?: Seal;
}

/** What proves to its provider that reasoning is its own. It is given back to its origin only. */
export interface Seal {
  readonly origin: Origin;
  /** The provider's bytes; empty where it wants the words back without any proof. */
  readonly data: string;
}

export interface ToolCallBlock extends Kept {
  readonly kind: 'toolCall';
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it, which may not be valid; of a custom tool, free text. */
  readonly arguments: string;
  readonly custom?: true;
}

export interface ToolResultBlock extends Kept {
  readonly kind: 'toolResult';
  readonly callId: string;
  readonly blocks: readonly Block[];
  /** It was given as one string. */
  readonly shorthand?: true;
  readonly isError?: boolean;
  readonly custom?: true;
}

/** Where the bytes of an image or a file are. */
export type Source =
  | { readonly at: 'data'; readonly mediaType: string; readonly data: string }
  | { readonly at: 'url'; readonly url: string }
  /** Kept at a provider. */
  | { readonly at: 'id'; readonly id: string };

export interface ImageBlock extends Kept {
  readonly kind: 'image';
  readonly source: Source;
  readonly detail?: string;
}

export interface FileBlock extends Kept {
  readonly kind: 'file';
  readonly source:
    | Source
    | { readonly at: 'text'; readonly mediaType: string; readonly text: string };
  readonly name?: string;
}

export interface AudioBlock extends Kept {
  readonly kind: 'audio';
  /** Base64. */
  readonly data: string;
  readonly format: string;
}

export interface RefusalBlock extends Kept {
  readonly kind: 'refusal';
  readonly text: string;
}

/** Known to one dialect only; the wire object as it came. */
export interface OpaqueBlock {
  readonly kind: 'opaque';
  readonly dialect: string;
  readonly value: JsonObject;
}
