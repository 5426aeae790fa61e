import { type FluxError, fluxError, invalidField } from '@fluxrouter/errors';
import type { RequestReading } from '../dialect.ts';
import { asRecord } from '../usage.ts';

/** The clients' dialects in which an image model may be named. */
export type ImageClientDialect = 'openai-chat' | 'openai-responses';

export function makesImagesIn(name: string): name is ImageClientDialect {
  return name === 'openai-chat' || name === 'openai-responses';
}

export interface ImageAsk {
  /** A request to an images endpoint; the model's name, a JSON string, comes first. */
  readonly body: Buffer;
  readonly modelStart: number;
  readonly modelEnd: number;
  /** What of the request an images endpoint cannot be told. */
  readonly notes: readonly string[];
}

const HEAD = '{"model":';

/** What a chat or responses request asks of an image model: the last words of the user. */
export function imageAskOf(
  name: ImageClientDialect,
  { parsed, answers }: RequestReading,
): ImageAsk | FluxError {
  const field = name === 'openai-chat' ? 'messages' : 'input';
  const turns = parsed[field];
  if (typeof turns === 'string') return makeAsk(turns, answers, []);
  const list = Array.isArray(turns) ? turns : [];
  const at = list.findLastIndex((turn) => asRecord(turn)?.['role'] === 'user');
  const words = wordsOf(asRecord(list[at])?.['content']);
  if (words === null) {
    return fluxError('capability_not_available', {
      message: 'An image is made from words only: the last turn of the user holds something else.',
      param: `${field}[${at}].content`,
    });
  }
  if (words === '') return invalidField(field, 'expected words of a user to make an image from');
  return makeAsk(words, answers, list.length > 1 ? ['dropped:earlier_turns'] : []);
}

function makeAsk(prompt: string, answers: number, notes: readonly string[]): ImageAsk | FluxError {
  if (prompt === '') return invalidField('input', 'expected words to make an image from');
  const model = '""';
  const rest = JSON.stringify({ prompt, ...(answers > 1 ? { n: answers } : {}) }).slice(1);
  return {
    body: Buffer.from(`${HEAD}${model},${rest}`),
    modelStart: HEAD.length,
    modelEnd: HEAD.length + model.length,
    notes,
  };
}

/** null: there is something that is no text. */
function wordsOf(content: unknown): string | null {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const words: string[] = [];
  for (const value of content) {
    const part = asRecord(value);
    const isText = part?.['type'] === 'text' || part?.['type'] === 'input_text';
    if (!isText || typeof part['text'] !== 'string') return null;
    words.push(part['text']);
  }
  return words.join('\n');
}
