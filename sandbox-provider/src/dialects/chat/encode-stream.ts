import { openaiErrorType, type Refusal } from '../../errors.ts';
import type { Frame } from '../../frames.ts';
import type { JsonObject } from '../../json.ts';
import { splitArguments } from '../../plan-answer.ts';
import { splitIntoWords } from '../../words.ts';
import type { Reply } from '../dialect.ts';
import { chatCallId, chatFinishReason, chatIdentity } from './encode-response.ts';
import { chatUsage } from './usage.ts';

type Delta = readonly [kind: Frame['kind'], choice: number, delta: JsonObject];

/** The chunks of a `chat.completion`, the usage chunk where one is due, and `[DONE]`. */
export function* encodeChatStream(reply: Reply): Generator<Frame> {
  const { answer, ask, directives } = reply;
  const usage = chatUsage(reply);
  const mode = directives.usage ?? 'normal';
  const head = {
    id: reply.bodyId,
    object: 'chat.completion.chunk',
    created: reply.createdSeconds,
    model: ask.model,
    ...chatIdentity,
  };
  const onEach =
    mode === 'everyChunk' ? { usage } : ask.includeUsage && usage ? { usage: null } : {};
  const onFinish = mode === 'lastContentChunk' || mode === 'repeat' ? { usage } : onEach;

  for (const [kind, index, delta] of contentDeltas(reply)) {
    const choices = [{ index, delta, logprobs: null, finish_reason: null }];
    yield { kind, data: JSON.stringify({ ...head, choices, ...onEach }), ...onEach };
  }
  for (const index of answer.texts.keys()) {
    const finish_reason = chatFinishReason(answer.finish);
    const choices = [{ index, delta: {}, logprobs: null, finish_reason }];
    yield { kind: 'closing', data: JSON.stringify({ ...head, choices, ...onFinish }), ...onFinish };
  }
  const isDue = mode === 'repeat' || (ask.includeUsage && mode !== 'lastContentChunk');
  if (usage && isDue) {
    yield { kind: 'closing', data: JSON.stringify({ ...head, choices: [], usage }), usage };
  }
  yield { kind: 'terminal', data: '[DONE]' };
}

function* contentDeltas(reply: Reply): Generator<Delta> {
  const { answer, provider } = reply;
  for (const [choice, text] of answer.texts.entries()) {
    const content = text === null ? null : '';
    yield ['opening', choice, { role: 'assistant', content, refusal: null }];
  }
  if (provider.showsReasoning && answer.reasoning !== null) {
    for (const piece of splitIntoWords(answer.reasoning)) {
      for (const choice of answer.texts.keys()) {
        yield ['delta', choice, { reasoning_content: piece }];
      }
    }
  }
  yield* textDeltas(reply);
  for (const choice of answer.texts.keys()) yield* toolDeltas(reply, choice);
}

/** The choices take turns, as they do where a provider samples them in parallel. */
function* textDeltas({ answer }: Reply): Generator<Delta> {
  let running = answer.texts.map((text, choice) => ({
    choice,
    deltas: (text === null ? [] : answer.deltas(text))[Symbol.iterator](),
  }));
  while (running.length > 0) {
    const unfinished: typeof running = [];
    for (const one of running) {
      const next = one.deltas.next();
      if (next.done) continue;
      unfinished.push(one);
      yield ['delta', one.choice, { content: next.value }];
    }
    running = unfinished;
  }
}

function* toolDeltas({ answer, token }: Reply, choice: number): Generator<Delta> {
  for (const [index, call] of answer.toolCalls.entries()) {
    const id = chatCallId(token, choice, index);
    const start = { index, id, type: 'function', function: { name: call.name, arguments: '' } };
    yield ['opening', choice, { tool_calls: [start] }];
    for (const piece of splitArguments(call.argumentsJson)) {
      yield ['delta', choice, { tool_calls: [{ index, function: { arguments: piece } }] }];
    }
  }
}

/** Chat's mid-stream error: a frame with `error`, after which no `[DONE]` comes. */
export function encodeChatStreamError(refusal: Refusal): Frame {
  const error = {
    message: refusal.message,
    type: refusal.type ?? openaiErrorType(refusal.status),
    param: null,
    code: refusal.code ?? null,
  };
  return { kind: 'closing', data: JSON.stringify({ error }) };
}
