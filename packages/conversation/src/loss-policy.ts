import type { Note, NoteCode, NoteKind } from './notes.ts';

/** What may be lost for the sake of an answer. */
export type LossPolicy = 'allow' | 'reject';

/** A request without these would be another request, whatever the policy. */
const always: ReadonlySet<NoteCode> = new Set(['answers', 'logprobs', 'seed', 'kept_state']);

/** Refused unless the policy allows the loss. */
const guarded: ReadonlySet<NoteCode> = new Set([
  'audio',
  'file',
  'opaque_block',
  'output_format',
  'tool',
  'tool_choice',
  'tool_result',
]);

/**
 * The note for which a translation is refused; null: it may be sent. A foreign seal counts only
 * where its tool turn is unfinished: `unfinishedFrom` is the first turn of it, or null.
 */
export function unacceptableLoss(
  notes: readonly Note[],
  policy: LossPolicy,
  unfinishedFrom: number | null,
): Note | null {
  for (const note of notes) {
    if (note.kind !== LOST) continue;
    if (always.has(note.code)) return note;
    if (policy === 'allow') continue;
    if (guarded.has(note.code)) return note;
    if (note.code === 'seal' && unfinishedFrom !== null && turnOf(note) >= unfinishedFrom) {
      return note;
    }
  }
  return null;
}

const LOST: NoteKind = 'dropped';

function turnOf({ path }: Note): number {
  const match = /^turns\.(\d+)/.exec(path);
  return match === null ? -1 : Number(match[1]);
}
