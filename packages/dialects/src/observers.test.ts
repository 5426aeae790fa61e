import { encodeFrame, FrameSplitter } from '@fluxrouter/sse';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replay } from '../recordings/replay.ts';
import { dialectNames, dialects, ERROR, PASS, PASS_OUTPUT, TERMINAL, USAGE } from './index.ts';
import { readUsage } from './openai-chat/usage.ts';

const chat = dialects['openai-chat'];

/** Names and values that an observer looks for, anywhere and of any type. */
const word = fc.constantFrom(
  ...['id', 'model', 'type', 'choices', 'delta', 'content', 'usage', 'error', 'finish_reason'],
  ...['message', 'response', 'stop_reason', 'sequence_number', 'content_block', 'item', 'x_groq'],
  ...['prompt_tokens', 'output_tokens', 'status', 'output', 'message_delta', 'response.completed'],
  ...[
    'message_start',
    'content_block_delta',
    'response.output_text.delta',
    'stop',
    'a "b" \\ 水\u2028',
  ],
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.constantFrom(null, true, 0, 7, -1, 1.5, '', []),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(word, tie('any'), { maxKeys: 5 }),
  ),
})).any;

describe.each(dialectNames)('the observer of %s', (name) => {
  const dialect = dialects[name];

  it('takes whatever a frame holds, and passes every byte on', () => {
    const frame = fc
      .tuple(fc.option(word, { nil: undefined }), value, fc.constantFrom(0, 1))
      .map(([event, data, indent]) => {
        const text = JSON.stringify(data, null, indent);
        return encodeFrame(event === undefined ? { data: text } : { event, data: text });
      });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), (frames) => {
        const stream = Buffer.concat(frames);
        const { output, snapshot } = replay(dialect, [stream], { clientWantsUsage: true });
        expect(output).toEqual(stream);
        expect(dialect.extractDeltaText(stream)).toBeTypeOf('string');
        const error = { code: 'stream_interrupted', status: 502, message: 'x' } as const;
        expect(dialect.streamError(error, 'req_1', snapshot).length).toBeGreaterThan(0);
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        replay(dialect, [Buffer.from('data: {'), Buffer.from(bytes), Buffer.from('}\n\n')]);
      }),
      { numRuns: 500, seed: 4 },
    );
  });

  it('reads any JSON as an answer without throwing', () => {
    fc.assert(
      fc.property(value, (data) => {
        const body = Buffer.from(JSON.stringify(data));
        const reading = dialect.readAnswer(body);
        dialect.extractAnswerText(body);
        dialect.answerEdits(reading, { model: 'x', members: [] });
        dialect.classifyUpstreamError(400, body);
      }),
      { numRuns: 500, seed: 5 },
    );
  });
});

describe('the chat observer, compared with parsing every chunk', () => {
  const count = fc.nat({ max: 1000 });
  const usage = fc.option(fc.record({ prompt_tokens: count, completion_tokens: count }));
  const choice = fc.record(
    {
      index: fc.nat({ max: 3 }),
      delta: fc.record(
        {
          role: fc.constant('assistant'),
          content: fc.option(fc.constantFrom('', 'words', '"usage":{"prompt_tokens":1}', '\\"')),
          tool_calls: fc.option(fc.constantFrom([], [{ index: 0, function: { arguments: '' } }])),
        },
        { requiredKeys: [] },
      ),
      finish_reason: fc.option(fc.constantFrom('stop', 'length')),
    },
    { requiredKeys: ['delta'] },
  );
  const chunk = fc.record(
    {
      id: fc.constantFrom('chatcmpl-1', 'not an id', 7),
      model: fc.constantFrom('m-1', 'm 2'),
      choices: fc.array(choice, { maxLength: 2 }),
      usage,
      padding: fc.constantFrom({ usage: { prompt_tokens: 5 } }, 'finish_reason'),
    },
    { requiredKeys: ['choices'] },
  );

  it('knows the same', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 8 }), fc.constantFrom(0, 1), (chunks, indent) => {
        const stream = Buffer.concat(
          chunks.map((each) => encodeFrame({ data: JSON.stringify(each, null, indent) })),
        );
        const { snapshot, verdicts } = replay(chat, [stream], { clientWantsUsage: true });
        const reports = chunks.map((each) => readUsage(each.usage)).filter((read) => read !== null);
        expect(snapshot.usage).toEqual(reports.length === 0 ? null : Object.assign({}, ...reports));
        const proofs = chunks.map(({ choices }) =>
          choices.some(
            ({ delta, finish_reason: reason }) =>
              Boolean(delta.content) || (delta.tool_calls ?? []).length > 0 || Boolean(reason),
          ),
        );
        expect(snapshot.sawOutput).toBe(proofs.includes(true));
        const first = verdicts.findIndex((verdict) => (verdict & PASS_OUTPUT) !== 0);
        expect(first).toBe(proofs.indexOf(true));
        const reasons = chunks.flatMap(({ choices }) => choices.map((each) => each.finish_reason));
        expect(snapshot.finish).toBe(
          reasons.includes('length') ? 'incomplete' : reasons.includes('stop') ? 'completed' : null,
        );
        expect(snapshot.bodyId).toBe(
          chunks.find(({ id }) => id === 'chatcmpl-1') ? 'chatcmpl-1' : null,
        );
      }),
      { numRuns: 600, seed: 6 },
    );
  });

  it('does not call two choices whole when one is', () => {
    const delta = (index: number, more: object) =>
      encodeFrame({ data: JSON.stringify({ choices: [{ index, delta: {}, ...more }] }) });
    const one = [delta(0, {}), delta(1, {}), delta(0, { finish_reason: 'stop' })];
    expect(replay(chat, one).end).toBe('cut');
    expect(replay(chat, [...one, delta(1, { finish_reason: 'stop' })]).end).toBe('unterminated');
  });
});

describe('a frame that is too large to be kept', () => {
  const pass = (name: keyof typeof dialects, ...datas: object[]) => {
    const splitter = new FrameSplitter({ maxFrameBytes: 200 });
    const observer = dialects[name].createObserver({ clientWantsUsage: false });
    const stream = Buffer.concat(datas.map((data) => encodeFrame({ data: JSON.stringify(data) })));
    let verdicts = 0;
    let within = false;
    for (let at = 0; at < stream.length; at += 250) {
      for (const { bytes, ends, kind } of splitter.push(stream.subarray(at, at + 250))) {
        if (kind === 'oversized') verdicts |= observer.oversized(bytes, !within);
        let from = 0;
        for (const to of ends) {
          verdicts |= observer.frame(bytes, from, to);
          from = to;
        }
        within = kind === 'oversized' && !splitter.betweenFrames;
      }
    }
    return { verdicts, ...observer.snapshot, end: observer.end() };
  };
  const text = 'x'.repeat(1000);

  it('is output in chat and in messages', () => {
    const chunk = { id: 'chatcmpl-1', choices: [{ index: 0, delta: { content: text } }] };
    expect(pass('openai-chat', chunk)).toMatchObject({
      verdicts: PASS_OUTPUT,
      bodyId: 'chatcmpl-1',
      sawOutput: true,
      end: 'cut',
    });
    const block = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } };
    const read = pass('anthropic-messages', block);
    expect(read).toMatchObject({ verdicts: PASS_OUTPUT, sawOutput: true });
    expect(read.contentBytes).toBeGreaterThan(1000);
  });

  it('may be the end of a response, whose usage is then not known', () => {
    const response = { id: 'resp_1', status: 'completed', output: [{ text }], usage: {} };
    expect(pass('openai-responses', { type: 'response.completed', response })).toMatchObject({
      verdicts: PASS_OUTPUT | TERMINAL,
      end: 'complete',
      finish: 'completed',
      usage: null,
      usageIsFinal: false,
    });
    expect(pass('openai-responses', { type: 'response.failed', response })).toMatchObject({
      verdicts: ERROR | TERMINAL,
      finish: 'failed',
    });
    const done = { type: 'response.output_text.done', text };
    expect(pass('openai-responses', done)).toMatchObject({ verdicts: PASS, end: 'cut' });
  });
});

describe('verdicts', () => {
  const verdictsOf = (name: keyof typeof dialects, ...datas: object[]) =>
    replay(
      dialects[name],
      datas.map((data) => encodeFrame({ data: JSON.stringify(data) })),
    ).verdicts;

  it('do not take the role, an empty text or a ping for output', () => {
    const delta = (d: object) => ({ choices: [{ index: 0, delta: d }] });
    expect(
      verdictsOf(
        'openai-chat',
        delta({ role: 'assistant', content: '' }),
        delta({ reasoning_content: '' }),
        delta({ tool_calls: [] }),
        delta({ content: null, refusal: null }),
        { choices: [], prompt_filter_results: [] },
      ),
    ).toEqual([PASS, PASS, PASS, PASS, PASS]);
    expect(
      verdictsOf(
        'anthropic-messages',
        { type: 'message_start', message: { id: 'msg_1', usage: {} } },
        { type: 'ping' },
        { type: 'content_block_start', content_block: { type: 'text', text: '' } },
        { type: 'content_block_start', content_block: { type: 'tool_use', name: 'x' } },
      ),
    ).toEqual([PASS, PASS, PASS, PASS_OUTPUT]);
    expect(
      verdictsOf(
        'openai-responses',
        { type: 'response.created', response: { id: 'resp_1' } },
        { type: 'response.output_item.added', item: { type: 'reasoning' } },
        { type: 'response.output_item.added', item: { type: 'message' } },
        { type: 'response.output_text.delta', delta: '' },
        { type: 'response.output_text.delta', delta: 'x' },
      ),
    ).toEqual([PASS, PASS, PASS, PASS, PASS_OUTPUT]);
  });

  it('tell an error wherever it comes', () => {
    expect(verdictsOf('openai-chat', { error: null, choices: [] })).toEqual([PASS]);
    expect(verdictsOf('openai-chat', { error: { message: 'x', code: 429 } })).toEqual([ERROR]);
    expect(verdictsOf('openai-chat', { error: 'x' })).toEqual([ERROR]);
  });

  it('name a usage chunk that belongs to the client', () => {
    const usage = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } };
    const stream = [encodeFrame({ data: JSON.stringify(usage) })];
    expect(replay(chat, stream, { clientWantsUsage: true }).verdicts).toEqual([USAGE]);
    expect(replay(chat, stream).output.length).toBe(0);
  });
});

it('reads a frame in the middle of a chunk and nothing beyond it', () => {
  const observer = chat.createObserver({ clientWantsUsage: false });
  const chunk = Buffer.concat([
    encodeFrame({ data: '{"id":"chatcmpl-1"' }),
    encodeFrame({ data: '{"choices":[{"delta":{"content":"x"}}],"id":"chatcmpl-2"}' }),
  ]);
  const [piece] = new FrameSplitter().push(chunk);
  const [first, second] = piece?.ends ?? [];
  expect(observer.frame(chunk, 0, first as number)).toBe(PASS);
  expect(observer.snapshot.bodyId).toBeNull();
  expect(observer.frame(chunk, first as number, second as number)).toBe(PASS_OUTPUT);
  expect(observer.snapshot.bodyId).toBe('chatcmpl-2');
});
