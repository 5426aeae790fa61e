import type { Refusal } from '../../errors.ts';
import type { Frame } from '../../frames.ts';
import { asString, type JsonObject } from '../../json.ts';
import { splitArguments } from '../../plan-answer.ts';
import { splitIntoWords } from '../../words.ts';
import type { Reply } from '../dialect.ts';
import {
  closedResponse,
  openResponse,
  outputItems,
  responseUsage,
  textPart,
} from './encode-response.ts';

type Step = readonly [kind: Frame['kind'], type: string, members: JsonObject];

/** The events of a response, numbered from 0. */
export function* encodeResponseStream(reply: Reply): Generator<Frame> {
  const { directives } = reply;
  const usage = responseUsage(reply);
  let sequence = 0;
  let output = 0;
  for (const [kind, type, members] of steps(reply)) {
    const isLast = kind === 'terminal';
    const isLastItem = type === 'response.output_item.done' && directives.usage === 'repeat';
    if (kind === 'delta') output = Math.min(reply.answer.usage.output, output + 1);
    const isRunning = directives.usage === 'everyChunk' && !isLast;
    const added = isRunning ? { usage: responseUsage(reply, output) } : isLastItem ? { usage } : {};
    yield {
      kind,
      event: type,
      data: JSON.stringify({ type, sequence_number: sequence, ...members, ...added }),
      ...(isLast ? { usage } : added),
    };
    sequence += 1;
  }
}

function* steps(reply: Reply): Generator<Step> {
  const response = openResponse(reply);
  yield ['opening', 'response.created', { response }];
  yield ['opening', 'response.in_progress', { response }];
  for (const [output_index, item] of outputItems(reply).entries()) {
    if (item['type'] === 'reasoning') yield* reasoningSteps(item, output_index);
    else if (item['type'] === 'message') yield* messageSteps(reply, item, output_index);
    else yield* callSteps(item, output_index);
  }
  const closed = closedResponse(reply);
  const ending = closed['status'] === 'completed' ? 'response.completed' : 'response.incomplete';
  yield ['terminal', ending, { response: closed }];
}

function* reasoningSteps(item: JsonObject, output_index: number): Generator<Step> {
  const at = { item_id: item['id'], output_index, summary_index: 0 };
  yield opened(output_index, { ...item, summary: [] });
  for (const part of item['summary'] as JsonObject[]) {
    const text = asString(part['text']);
    const empty = { ...part, text: '' };
    yield ['opening', 'response.reasoning_summary_part.added', { ...at, part: empty }];
    for (const delta of splitIntoWords(text)) {
      yield ['delta', 'response.reasoning_summary_text.delta', { ...at, delta }];
    }
    yield ['opening', 'response.reasoning_summary_text.done', { ...at, text }];
    yield ['opening', 'response.reasoning_summary_part.done', { ...at, part }];
  }
  yield closed(output_index, item);
}

function* messageSteps(reply: Reply, item: JsonObject, output_index: number): Generator<Step> {
  const text = reply.answer.texts[0] ?? '';
  const at = { item_id: item['id'], output_index, content_index: 0 };
  yield opened(output_index, { ...item, status: 'in_progress', content: [] });
  yield ['opening', 'response.content_part.added', { ...at, part: textPart('') }];
  for (const delta of reply.answer.deltas(text)) {
    yield ['delta', 'response.output_text.delta', { ...at, delta, logprobs: [] }];
  }
  yield ['opening', 'response.output_text.done', { ...at, text, logprobs: [] }];
  yield ['opening', 'response.content_part.done', { ...at, part: textPart(text) }];
  yield closed(output_index, item);
}

function* callSteps(item: JsonObject, output_index: number): Generator<Step> {
  const at = { item_id: item['id'], output_index };
  const args = asString(item['arguments']);
  yield opened(output_index, { ...item, status: 'in_progress', arguments: '' });
  for (const delta of splitArguments(args)) {
    yield ['delta', 'response.function_call_arguments.delta', { ...at, delta }];
  }
  const done = { ...at, name: item['name'], arguments: args };
  yield ['opening', 'response.function_call_arguments.done', done];
  yield closed(output_index, item);
}

function opened(output_index: number, item: JsonObject): Step {
  return ['opening', 'response.output_item.added', { output_index, item }];
}

function closed(output_index: number, item: JsonObject): Step {
  return ['opening', 'response.output_item.done', { output_index, item }];
}

/** The event that ends a stream in an error, numbered like the others. */
export function encodeResponseStreamError(
  refusal: Refusal,
  sequence_number: number,
  reply: Reply,
): Frame {
  const { message } = refusal;
  const code = refusal.code ?? (refusal.status === 429 ? 'rate_limit_exceeded' : 'server_error');
  if (reply.directives.errorAs === 'failed') {
    const response = { ...openResponse(reply), status: 'failed', error: { code, message } };
    const data = { type: 'response.failed', sequence_number, response };
    return { kind: 'closing', event: 'response.failed', data: JSON.stringify(data) };
  }
  const data = { type: 'error', sequence_number, code, message, param: null };
  return { kind: 'closing', event: 'error', data: JSON.stringify(data) };
}
