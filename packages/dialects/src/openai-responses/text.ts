import { collectText, toolText } from '../collect-text.ts';
import { parseAnswer, readEvents, recordsOf, textOf } from '../read-events.ts';

export function extractRequestText(parsed: Record<string, unknown>): string {
  return [
    ...collectText(parsed['instructions']),
    ...collectText(parsed['input']),
    ...collectText(parsed['prompt']),
    ...toolText(parsed['tools']),
    ...collectText(parsed['text']),
  ].join('\n');
}

/** Members of an output item, and of its parts, that hold words the model made. */
const outputMembers = ['name', 'arguments', 'input', 'code', 'text', 'refusal'] as const;

export function extractAnswerText(body: Buffer): string {
  return recordsOf(parseAnswer(body)['output']).map(itemText).join('');
}

function itemText(item: Record<string, unknown>): string {
  let text = '';
  for (const name of outputMembers) text += textOf(item[name]);
  for (const name of ['summary', 'content'] as const) {
    text += recordsOf(item[name]).map(itemText).join('');
  }
  return text;
}

export function extractDeltaText(rawStream: Buffer): string {
  let text = '';
  /** Items that came in pieces: their `done` tells the same once more. */
  const inPieces = new Set<unknown>();
  for (const event of readEvents(rawStream)) {
    const { type } = event;
    if (typeof type !== 'string' || type.startsWith('response.audio.delta')) continue;
    if (type.endsWith('.delta')) {
      text += textOf(event['delta']);
      inPieces.add(event['item_id']);
    } else if (type.endsWith('_arguments.done') || type.endsWith('_input.done')) {
      if (inPieces.has(event['item_id'])) continue;
      text += textOf(event['arguments']) + textOf(event['input']);
    } else if (type === 'response.output_item.added') {
      // The item's name is output too; its other members come as deltas.
      text += recordsOf([event['item']])
        .map((item) => textOf(item['name']))
        .join('');
    }
  }
  return text;
}
