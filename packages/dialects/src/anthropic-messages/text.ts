import { collectText, toolText } from '../collect-text.ts';
import { parseAnswer, readEvents, recordsOf, textOf } from '../read-events.ts';
import { asRecord } from '../usage.ts';

export function extractRequestText(parsed: Record<string, unknown>): string {
  return [
    ...collectText(parsed['system']),
    ...collectText(parsed['messages']),
    ...toolText(parsed['tools']),
  ].join('\n');
}

export function extractAnswerText(body: Buffer): string {
  let text = '';
  for (const block of recordsOf(parseAnswer(body)['content'])) {
    text += textOf(block['text']) + textOf(block['thinking']) + textOf(block['name']);
    if (block['input'] !== undefined) text += JSON.stringify(block['input']);
  }
  return text;
}

export function extractDeltaText(rawStream: Buffer): string {
  let text = '';
  for (const event of readEvents(rawStream)) {
    const delta = asRecord(event['delta']);
    if (delta !== undefined) {
      text += textOf(delta['text']) + textOf(delta['thinking']) + textOf(delta['partial_json']);
    }
    text += textOf(asRecord(event['content_block'])?.['name']);
  }
  return text;
}
