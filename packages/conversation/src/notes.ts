/** What became of something that the other dialect has no place for. */
export type NoteKind = 'dropped' | 'approximated' | 'moved';

/** Why; a closed list. docs/errors.md tells a reader what each one means. */
export const noteCodes = {
  answers: 'Several answers to one request',
  audio: 'Audio as input',
  cache_hint: 'A mark of where to cache the prompt',
  citations: 'Citations of an answer’s text',
  custom_tool: 'A tool that takes free text became a function with one text argument',
  document_text: 'A text document became text',
  end_user: 'The name of the end user',
  file: 'A file, or the form in which it was given',
  finish_reason: 'Why the model stopped, told by the nearest name',
  image_detail: 'How closely to look at an image',
  json_mode: 'Any JSON object as the answer, asked for in words',
  kept_state: 'Something kept at a provider',
  logprobs: 'Probabilities of tokens',
  max_tokens: 'The limit of output tokens',
  native_field: 'A field that only one dialect has',
  opaque_block: 'A block that only one dialect has',
  order: 'Text that followed a tool call in the same turn',
  output_format: 'The form of the answer, a schema of it above all',
  parallel_tool_calls: 'Whether tools may be called in parallel',
  penalties: 'Frequency and presence penalties',
  reasoning: 'Words of earlier reasoning',
  reasoning_effort: 'How much to reason',
  refusal: 'A refusal became text',
  sampling: 'Temperature, top_p or top_k',
  schema_detail: 'Name, description or strictness of a schema',
  seal: 'A seal of reasoning that another model made',
  seed: 'A seed',
  stop: 'Stop sequences',
  strict: 'Strictness of a tool’s arguments',
  system_turn: 'A system message in mid-conversation',
  tool: 'A tool that only one dialect has',
  tool_arguments: 'Arguments of a tool call that are no JSON object',
  tool_choice: 'Which tool to call',
  tool_result: 'A tool result, or a part of it',
  tool_result_error: 'The mark that a tool has failed',
  usage_detail: 'Details of usage that only one dialect has',
  verbosity: 'How verbose to be',
} as const;

export type NoteCode = keyof typeof noteCodes;

export interface Note {
  readonly kind: NoteKind;
  readonly code: NoteCode;
  /** Into the conversation, by names of ours and indexes only: `turns.2.blocks.0`. */
  readonly path: string;
}

/** What an encoder did, besides what it wrote. */
export interface Encoded {
  readonly body: Record<string, unknown>;
  readonly notes: readonly Note[];
}

export class Notes {
  readonly list: Note[] = [];

  dropped(code: NoteCode, path: string): void {
    this.list.push({ kind: 'dropped', code, path });
  }

  approximated(code: NoteCode, path: string): void {
    this.list.push({ kind: 'approximated', code, path });
  }

  moved(code: NoteCode, path: string): void {
    this.list.push({ kind: 'moved', code, path });
  }
}

const WORDED_MAX = 24;

/**
 * For a record and for `X-Flux-Notes`: `dropped:seal:turns.2.blocks.0`. The same note twice is one;
 * a long list ends in how many more there are.
 */
export function wordNotes(notes: readonly Note[]): string[] {
  const words = [...new Set(notes.map(({ kind, code, path }) => `${kind}:${code}:${path}`))];
  if (words.length <= WORDED_MAX) return words;
  return [...words.slice(0, WORDED_MAX), `more:${words.length - WORDED_MAX}`];
}
