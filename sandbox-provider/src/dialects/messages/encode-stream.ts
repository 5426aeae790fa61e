import { anthropicErrorType, type Refusal } from '../../errors.ts';
import type { Frame } from '../../frames.ts';
import type { JsonObject } from '../../json.ts';
import { splitArguments } from '../../plan-answer.ts';
import { splitIntoWords } from '../../words.ts';
import type { Reply } from '../dialect.ts';
import { emptyMessage, emptyToolUse, messageStopReason, toolUseId } from './encode-response.ts';
import { signThinking } from './signature.ts';
import { deltaUsage, startUsage } from './usage.ts';

/** The events of a message, in Anthropic's order. */
export function* encodeMessageStream(reply: Reply): Generator<Frame> {
  const { answer, directives } = reply;
  const started = startUsage(reply);
  const message = { ...emptyMessage(reply), ...(started ? { usage: started } : {}) };
  yield { ...frame('opening', 'message_start', { message }), usage: started };

  let isFirst = true;
  let output = 0;
  for (const event of blockFrames(reply)) {
    yield event;
    if (isFirst) yield frame('opening', 'ping', {});
    isFirst = false;
    if (event.kind === 'delta' && directives.usage === 'everyChunk') {
      output = Math.min(answer.usage.output, output + 1);
      yield messageDelta('opening', { stop_reason: null, stop_sequence: null }, reply, output);
    }
  }
  const ending = {
    stop_reason: messageStopReason(answer.finish),
    stop_sequence: answer.stopSequence,
  };
  yield messageDelta('closing', ending, reply);
  if (directives.usage === 'repeat') yield messageDelta('closing', ending, reply);
  yield frame('terminal', 'message_stop', {});
}

function* blockFrames(reply: Reply): Generator<Frame> {
  const { answer, token } = reply;
  let index = 0;
  if (answer.reasoning !== null) {
    yield blockStart(index, { type: 'thinking', thinking: '', signature: '' });
    for (const thinking of splitIntoWords(answer.reasoning)) {
      yield blockDelta('delta', index, { type: 'thinking_delta', thinking });
    }
    const signature = signThinking(answer.reasoning);
    yield blockDelta('opening', index, { type: 'signature_delta', signature });
    yield frame('opening', 'content_block_stop', { index });
    index += 1;
  }
  const whole = answer.texts[0] ?? null;
  if (whole !== null) {
    yield blockStart(index, { type: 'text', text: '', citations: null });
    for (const text of answer.deltas(whole)) {
      yield blockDelta('delta', index, { type: 'text_delta', text });
    }
    yield frame('opening', 'content_block_stop', { index });
    index += 1;
  }
  for (const [at, call] of answer.toolCalls.entries()) {
    yield blockStart(index, emptyToolUse(toolUseId(token, at), call.name));
    for (const partial_json of ['', ...splitArguments(call.argumentsJson)]) {
      const kind = partial_json === '' ? 'opening' : 'delta';
      yield blockDelta(kind, index, { type: 'input_json_delta', partial_json });
    }
    yield frame('opening', 'content_block_stop', { index });
    index += 1;
  }
}

function frame(kind: Frame['kind'], type: string, members: JsonObject): Frame {
  return { kind, event: type, data: JSON.stringify({ type, ...members }) };
}

function blockStart(index: number, block: JsonObject): Frame {
  return frame('opening', 'content_block_start', { index, content_block: block });
}

function blockDelta(kind: Frame['kind'], index: number, delta: JsonObject): Frame {
  return frame(kind, 'content_block_delta', { index, delta });
}

function messageDelta(
  kind: Frame['kind'],
  delta: JsonObject,
  reply: Reply,
  output?: number,
): Frame {
  const usage = deltaUsage(reply, output);
  return { ...frame(kind, 'message_delta', { delta, ...(usage ? { usage } : {}) }), usage };
}

/** Anthropic's mid-stream error event; without its `event:` line the SDKs would not see it. */
export function encodeMessageStreamError(refusal: Refusal): Frame {
  const type = refusal.type ?? anthropicErrorType(refusal.status);
  return frame('closing', 'error', { error: { type, message: refusal.message } });
}
