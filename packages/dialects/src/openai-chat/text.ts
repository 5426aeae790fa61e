import { collectText, toolText } from '../collect-text.ts';
import { parseAnswer, readEvents, recordsOf, textOf } from '../read-events.ts';
import { asRecord } from '../usage.ts';

export function extractRequestText(parsed: Record<string, unknown>): string {
  return [
    ...collectText(parsed['messages']),
    ...toolText(parsed['tools']),
    ...toolText(parsed['functions']),
    ...collectText(asRecord(parsed['response_format'])),
  ].join('\n');
}

export function extractAnswerText(body: Buffer): string {
  let text = '';
  for (const choice of recordsOf(parseAnswer(body)['choices'])) {
    text += messageText(asRecord(choice['message']) ?? {});
  }
  return text;
}

export function extractDeltaText(rawStream: Buffer): string {
  let text = '';
  for (const event of readEvents(rawStream)) {
    for (const choice of recordsOf(event['choices'])) {
      text += messageText(asRecord(choice['delta']) ?? {});
    }
  }
  return text;
}

/** A message or a delta of one: the same members. */
function messageText(message: Record<string, unknown>): string {
  // Three vendors' names for one thing; some send two of them.
  let text =
    textOf(message['reasoning_content']) ||
    textOf(message['reasoning']) ||
    recordsOf(message['reasoning_details'])
      .map((detail) => textOf(detail['text']) || textOf(detail['summary']))
      .join('');
  const { content } = message;
  text += typeof content === 'string' ? content : collectText(content).join('');
  text += textOf(message['refusal']);
  const calls = recordsOf(message['tool_calls']).map(
    (call) => asRecord(call['function']) ?? asRecord(call['custom']),
  );
  for (const call of [...calls, asRecord(message['function_call'])]) {
    if (call === undefined) continue;
    text += textOf(call['name']) + textOf(call['arguments']) + textOf(call['input']);
  }
  return text;
}
