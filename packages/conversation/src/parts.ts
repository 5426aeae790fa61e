import type { Finish, ReportedUsage } from './answer.ts';
import type { Seal } from './blocks.ts';
import type { Note } from './notes.ts';

/** What a stream is made of, whatever its dialect. */
export type StreamPart =
  | StartPart
  | BlockStartPart
  | BlockDeltaPart
  | BlockEndPart
  | { readonly type: 'usage'; readonly usage: ReportedUsage }
  | { readonly type: 'finish'; readonly finish: Finish }
  /** Something that the conversation has no place for went by. */
  | { readonly type: 'note'; readonly note: Note }
  /** The answer is whole. Last. */
  | { readonly type: 'end' }
  | ErrorPart;

export interface StartPart {
  readonly type: 'start';
  readonly id: string;
  readonly model: string;
  /** Unix seconds. */
  readonly createdAt?: number;
}

/** What a block is, as far as it is known when it begins. */
export type BlockHead =
  | { readonly kind: 'text' }
  | { readonly kind: 'refusal' }
  | { readonly kind: 'reasoning'; readonly summary?: true; readonly hidden?: true }
  | {
      readonly kind: 'toolCall';
      readonly id: string;
      readonly name: string;
      readonly custom?: true;
    };

/** One block at a time: the next begins when the one before has ended. */
export interface BlockStartPart {
  readonly type: 'block-start';
  readonly block: BlockHead;
}

/** More of the block under way: its text, or the arguments of its call. */
export interface BlockDeltaPart {
  readonly type: 'block-delta';
  readonly text: string;
  readonly logprobs?: readonly unknown[];
}

export interface BlockEndPart {
  readonly type: 'block-end';
  /** Of reasoning. */
  readonly seal?: Seal;
}

/** The answer is not whole. Last. */
export interface ErrorPart {
  readonly type: 'error';
  /**
   * cut: upstream ended without its last event. malformed: it sent what is none of its dialect's.
   * told: it said so itself, and `event` is its error event. too_large: more than we keep.
   */
  readonly cause: 'cut' | 'malformed' | 'told' | 'too_large';
  readonly event?: unknown;
}
