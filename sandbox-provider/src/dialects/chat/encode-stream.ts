import { openaiErrorType, type Refusal } from '../../errors.ts';
import type { Frame } from '../../frames.ts';
import type { JsonObject } from '../../json.ts';
import { splitArguments } from '../../plan-answer.ts';
import { countTokens, splitIntoWords } from '../../words.ts';
import type { Reply } from '../dialect.ts';
import { chatCallId, chatFinishReason, chatIdentity } from './encode-response.ts';
import { chatUsage } from './usage.ts';

interface Step {
  readonly kind: Frame['kind'];
  readonly choice: number;
  readonly delta: JsonObject;
  /** What is new in this delta, to be counted. */
  readonly text?: string;
}

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
  const unused = ask.includeUsage && usage ? { usage: null } : {};
  let output = 0;
  for (const { kind, choice, delta, text } of contentSteps(reply)) {
    output = Math.min(answer.usage.output, output + countTokens(text ?? ''));
    const reported = mode === 'everyChunk' ? { usage: chatUsage(reply, output) } : unused;
    const choices = [{ index: choice, delta, logprobs: null, finish_reason: null }];
    yield { kind, data: JSON.stringify({ ...head, choices, ...reported }), ...reported };
  }
  const isOnFinish = mode === 'everyChunk' || mode === 'lastContentChunk' || mode === 'repeat';
  const reported = isOnFinish ? { usage } : unused;
  for (const index of answer.texts.keys()) {
    const finish_reason = chatFinishReason(answer.finish);
    const choices = [{ index, delta: {}, logprobs: null, finish_reason }];
    yield { kind: 'closing', data: JSON.stringify({ ...head, choices, ...reported }), ...reported };
  }
  const isDue = mode === 'repeat' || (ask.includeUsage && mode !== 'lastContentChunk');
  if (usage && isDue) {
    yield { kind: 'closing', data: JSON.stringify({ ...head, choices: [], usage }), usage };
  }
  yield { kind: 'terminal', data: '[DONE]' };
}

function* contentSteps(reply: Reply): Generator<Step> {
  const { answer, provider } = reply;
  for (const [choice, text] of answer.texts.entries()) {
    const content = text === null ? null : '';
    yield { kind: 'opening', choice, delta: { role: 'assistant', content, refusal: null } };
  }
  if (provider.showsReasoning && answer.reasoning !== null) {
    for (const text of splitIntoWords(answer.reasoning)) {
      for (const choice of answer.texts.keys()) {
        yield { kind: 'delta', choice, delta: { reasoning_content: text }, text };
      }
    }
  }
  yield* textSteps(reply);
  for (const choice of answer.texts.keys()) yield* toolSteps(reply, choice);
}

/** The choices take turns, as they do where a provider samples them in parallel. */
function* textSteps({ answer }: Reply): Generator<Step> {
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
      const text = next.value;
      yield { kind: 'delta', choice: one.choice, delta: { content: text }, text };
    }
    running = unfinished;
  }
}

function* toolSteps({ answer, token }: Reply, choice: number): Generator<Step> {
  for (const [index, call] of answer.toolCalls.entries()) {
    const id = chatCallId(token, choice, index);
    const start = { index, id, type: 'function', function: { name: call.name, arguments: '' } };
    yield { kind: 'opening', choice, delta: { tool_calls: [start] }, text: call.name };
    for (const text of splitArguments(call.argumentsJson)) {
      const piece = { index, function: { arguments: text } };
      yield { kind: 'delta', choice, delta: { tool_calls: [piece] }, text };
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
