import { foldParts, type StreamPart } from '@fluxrouter/conversation';
import { describe, expect, it } from 'vitest';
import { readWire, streamProblems, translateStream } from '../../recordings/translate.ts';
import { codecs } from '../codecs.ts';
import { type DialectName, dialectNames, dialects } from '../index.ts';

/** Faults of other gateways, each as a test. The numbers are those of the list of lessons. */

const chunk = (choice: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', model: 'm', choices: [{ index: 0, ...choice }], ...more })}\n\n`;
const named = (type: string, more: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;

function translate(from: DialectName, to: DialectName, text: string) {
  const replayed = translateStream(from, to, [Buffer.from(text)], { model: 'model-1' });
  expect(streamProblems(to, replayed.output)).toEqual([]);
  return replayed;
}

const calls = (parts: readonly StreamPart[]) =>
  (foldParts(parts, 'any')?.choices[0]?.turns[0]?.blocks ?? []).filter(
    (block) => block.kind === 'toolCall',
  );

const begun = named('response.created', { response: { id: 'resp_1', model: 'm' } });
const completed = named('response.completed', {
  response: { id: 'resp_1', status: 'completed', output: [] },
});

describe('7: arguments of tools are not lost', () => {
  const item = { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '' };
  const added = named('response.output_item.added', { output_index: 0, item });
  const done = named('response.output_item.done', {
    output_index: 0,
    item: { ...item, arguments: '{"a":1}' },
  });
  const argumentsDone = named('response.function_call_arguments.done', {
    output_index: 0,
    arguments: '{"a":1}',
  });
  const delta = named('response.function_call_arguments.delta', { output_index: 0, delta: '{"a"' });

  it.each([
    ['in `.done` only', added + argumentsDone + done],
    ['with the item only', added + done],
    ['in a delta, and the rest in `.done`', added + delta + argumentsDone + done],
  ])('that come %s', (_name, events) => {
    for (const to of dialectNames) {
      const { parts } = translate('openai-responses', to, begun + events + completed);
      expect(calls(parts)).toMatchObject([{ id: 'call_1', name: 'f', arguments: '{"a":1}' }]);
    }
  });

  it('where every call has the index 0, or none', () => {
    for (const index of [0, undefined]) {
      const one = (id: string) => ({ index, id, function: { name: 'f', arguments: '{"a":1}' } });
      const text =
        chunk({ delta: { tool_calls: [one('call_1')] } }) +
        chunk({ delta: { tool_calls: [one('call_2')] } }) +
        chunk({ delta: {}, finish_reason: 'stop' });
      const { parts } = translate('openai-chat', 'anthropic-messages', text);
      expect(calls(parts).map((call) => call.kind === 'toolCall' && call.id)).toEqual([
        'call_1',
        'call_2',
      ]);
      // `stop` after a call, as some vendors say it.
      expect(foldParts(parts, 'any')?.choices[0]?.finish?.reason).toBe('toolCalls');
    }
  });

  it('where the pieces of two calls are interleaved', () => {
    const piece = (index: number, words: string, more: object = {}) =>
      chunk({
        delta: { tool_calls: [{ index, ...more, function: { ...more, arguments: words } }] },
      });
    const text =
      piece(0, '', { id: 'call_1', name: 'f' }) +
      piece(1, '', { id: 'call_2', name: 'g' }) +
      piece(0, '{"a":') +
      piece(1, '{"b":"}') +
      piece(0, '1}') +
      piece(1, '"}') +
      chunk({ delta: { content: 'after' } }) +
      chunk({ delta: {}, finish_reason: 'tool_calls' });
    for (const to of dialectNames) {
      const { parts } = translate('openai-chat', to, text);
      expect(calls(parts)).toMatchObject([
        { id: 'call_1', name: 'f', arguments: '{"a":1}' },
        { id: 'call_2', name: 'g', arguments: '{"b":"}"}' },
      ]);
      expect(JSON.stringify(parts)).toContain('after');
    }
  });

  it('`tool_calls: []` beside text is nothing', () => {
    const text =
      chunk({ delta: { content: 'Hi', tool_calls: [] } }) +
      chunk({ delta: { tool_calls: [] }, finish_reason: 'stop' });
    const { parts } = translate('openai-chat', 'anthropic-messages', text);
    expect(calls(parts)).toEqual([]);
    expect(foldParts(parts, 'any')?.choices[0]?.finish?.reason).toBe('stop');
  });
});

describe('8: a stream of messages keeps to its grammar', () => {
  it('with thinking, text and thinking again, each in a block of its own', () => {
    const text =
      chunk({ delta: { role: 'assistant', reasoning_content: 'hm' } }) +
      chunk({ delta: { content: 'a' } }) +
      chunk({ delta: { reasoning_content: 'hm again' } }) +
      chunk({ delta: { content: 'b' }, finish_reason: 'stop' });
    const { output } = translate('openai-chat', 'anthropic-messages', text);
    const types = readWire(output).flatMap(({ data }) =>
      data?.['type'] === 'content_block_start'
        ? [(data['content_block'] as { type: string }).type]
        : [],
    );
    expect(types).toEqual(['thinking', 'text', 'thinking', 'text']);
  });

  it('is told from one that does not', () => {
    const start = named('message_start', {
      message: { usage: { input_tokens: 0, output_tokens: 0 } },
    });
    expect(streamProblems('anthropic-messages', Buffer.from(start + start))).toEqual([
      'message_start without cache_creation_input_tokens',
      'message_start without cache_read_input_tokens',
      'message_start betweenBlocks',
      'ends betweenBlocks',
    ]);
    const thinking =
      named('content_block_start', { index: 0, content_block: { type: 'text' } }) +
      named('content_block_delta', { index: 0, delta: { type: 'thinking_delta' } });
    expect(streamProblems('anthropic-messages', Buffer.from(start + thinking))).toContain(
      'thinking_delta in text',
    );
  });
});

describe('9, 11, 12: every stream ends as its dialect demands', () => {
  const cut = chunk({ delta: { content: 'half' } });
  const last = (bytes: Buffer) => readWire(bytes).at(-1);

  it('in an error where upstream was cut, never in a clean end', () => {
    expect(last(translate('openai-chat', 'openai-responses', cut).output)?.event).toBe(
      'response.failed',
    );
    expect(last(translate('openai-chat', 'anthropic-messages', cut).output)?.event).toBe('error');
    expect(last(translate('openai-chat', 'openai-chat', cut).output)?.data).toHaveProperty('error');
  });

  it('with a reason of ours where upstream gave none', () => {
    for (const to of dialectNames) {
      const { output, parts } = translate('openai-chat', to, `${cut}data: [DONE]\n\n`);
      expect(parts.slice(-2)).toEqual([
        { type: 'finish', finish: { reason: 'stop' } },
        { type: 'end' },
      ]);
      const { snapshot, end } = dialectEnd(to, output);
      expect([snapshot.finish, end]).toEqual(['completed', 'complete']);
    }
  });

  it('whole, where only the last event is missing', () => {
    const { parts } = translate(
      'openai-chat',
      'openai-responses',
      cut + chunk({ delta: {}, finish_reason: 'length' }),
    );
    expect(parts.at(-1)).toEqual({ type: 'end' });
  });
});

function dialectEnd(dialect: DialectName, output: Buffer) {
  const observer = dialects[dialect].createObserver({ clientWantsUsage: true });
  for (const frame of output.toString().split(/(?<=\n\n)/)) {
    observer.frame(Buffer.from(frame), 0, Buffer.byteLength(frame));
  }
  return { snapshot: observer.snapshot, end: observer.end() };
}

describe('1: usage is read wherever it stands', () => {
  const started = named('message_start', { message: { id: 'msg_1', usage: { input_tokens: 9 } } });
  const usageSoFar = (output_tokens: number, stop_reason: string | null = null) =>
    named('message_delta', { delta: { stop_reason }, usage: { output_tokens } });
  const words = (text: string) =>
    named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
  const block = named('content_block_start', {
    index: 0,
    content_block: { type: 'text', text: '' },
  });
  const beginning = started + usageSoFar(1) + block + words('a') + usageSoFar(2) + words('b');

  it.each(dialectNames)('also within a block, which goes on: %s', (to) => {
    const text =
      beginning +
      named('content_block_stop', { index: 0 }) +
      usageSoFar(3, 'end_turn') +
      named('message_stop', {});
    const { parts } = translate('anthropic-messages', to, text);
    expect(parts.at(-1)).toEqual({ type: 'end' });
    expect(foldParts(parts, 'any')).toMatchObject({
      choices: [{ turns: [{ blocks: [{ kind: 'text', text: 'ab' }] }] }],
      usage: { buckets: { input: 9, output: 3 } },
    });
  });

  it('and is final only with the reason why the answer ended', () => {
    const { snapshot } = dialectEnd('anthropic-messages', Buffer.from(beginning));
    expect(snapshot).toMatchObject({ usage: { output: 2 }, usageIsFinal: false });
    const whole = Buffer.from(beginning + usageSoFar(3, 'end_turn'));
    expect(dialectEnd('anthropic-messages', whole).snapshot).toMatchObject({
      usage: { output: 3 },
      usageIsFinal: true,
    });
  });
});

describe('15: cached tokens are counted once', () => {
  const buckets = { input: 30, cacheRead: 12, cacheWrite5m: 5, output: 7, reasoning: 3 };
  const answer = {
    dialect: 'nobody',
    id: '1',
    model: 'm',
    choices: [{ turns: [{ role: 'assistant' as const, blocks: [] }] }],
    usage: { buckets },
  };

  it('whether a dialect’s input includes them or not', () => {
    const usageIn = (dialect: DialectName) =>
      codecs[dialect].encodeAnswer(answer, {}).body['usage'];
    expect(usageIn('openai-chat')).toMatchObject({ prompt_tokens: 47, completion_tokens: 7 });
    expect(usageIn('openai-responses')).toMatchObject({ input_tokens: 47, total_tokens: 54 });
    expect(usageIn('anthropic-messages')).toMatchObject({
      input_tokens: 30,
      cache_read_input_tokens: 12,
      cache_creation_input_tokens: 5,
    });
    for (const dialect of dialectNames) {
      const body = JSON.parse(JSON.stringify(codecs[dialect].encodeAnswer(answer, {}).body));
      const again = codecs[dialect].decodeAnswer(body, null)?.usage?.buckets;
      expect({ cacheWrite1h: 0, ...again }).toEqual({ cacheWrite1h: 0, ...buckets });
    }
  });
});
