import { describe, expect, test } from 'vitest';
import {
  type Json,
  messages,
  messagesPath,
  parseEvents,
  parseStream,
  useSandbox,
} from '../../test-client.ts';

const { post, command } = useSandbox();

const tool = {
  name: 'get_weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const thinking = { thinking: { type: 'enabled', budget_tokens: 1024 } };

async function create(content: unknown, more: object = {}): Promise<Json> {
  const { status, text } = await post(messagesPath, messages(content, more));
  expect({ status, text }).toMatchObject({ status: 200 });
  return JSON.parse(text);
}

async function stream(content: unknown, more: object = {}): Promise<Json[]> {
  const { text } = await post(messagesPath, messages(content, { stream: true, ...more }));
  const events = parseStream(text);
  expect(parseEvents(text).map(({ event }) => event)).toEqual(events.map(({ type }) => type));
  return events;
}

const types = (events: Json[]) =>
  events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]);

describe('a message', () => {
  test('is whole, with cache fields in its usage', async () => {
    const body = await create('Hello');
    expect(body).toMatchObject({
      id: expect.stringMatching(/^msg_01/),
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-5',
      content: [{ type: 'text', text: expect.stringMatching(/You said: Hello$/) }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: {
        input_tokens: 5,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      },
    });
  });

  test('stops at max_tokens and at a stop sequence', async () => {
    const cut = await create('x', { max_tokens: 4 });
    expect(cut).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 4 } });
    const stopped = await create('x', { stop_sequences: ['provider', 'sandbox'] });
    expect(stopped).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'sandbox' });
  });

  test('calls a tool where it must, and quotes its result', async () => {
    const called = await create('x', { tools: [tool], tool_choice: { type: 'any' } });
    expect(called).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ type: 'tool_use', name: 'get_weather', input: { city: 'sandbox city' } }],
    });
    const [use] = called.content;
    const { text } = await post(messagesPath, {
      model: 'claude-sonnet-5',
      max_tokens: 500,
      tools: [tool],
      messages: [
        { role: 'user', content: 'get_weather' },
        { role: 'assistant', content: called.content },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: use.id,
              content: [{ type: 'text', text: 'fog' }],
            },
          ],
        },
      ],
    });
    expect(JSON.parse(text).content[0].text).toContain('The tool said: fog');
  });

  test.each([
    ['output_config', (format: object) => ({ output_config: { format } })],
    ['output_format', (format: object) => ({ output_format: format })],
  ])('satisfies a JSON schema in %s', async (_name, wrap) => {
    const body = await create('x', wrap({ type: 'json_schema', schema: tool.input_schema }));
    expect(JSON.parse(body.content[0].text)).toEqual({ city: 'sandbox city' });
  });

  test('thinks under its own seal, and refuses a foreign one', async () => {
    const body = await create('x', thinking);
    expect(body.content.map(({ type }: Json) => type)).toEqual(['thinking', 'text']);
    expect(body.usage.output_tokens_details.thinking_tokens).toBeGreaterThan(5);
    const goOn = (assistant: unknown) =>
      post(messagesPath, {
        model: 'claude-sonnet-5',
        max_tokens: 500,
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: assistant },
          { role: 'user', content: 'on' },
        ],
      });
    expect((await goOn(body.content)).status).toBe(200);
    const foreign = await goOn([{ ...body.content[0], signature: 'c29tZW9uZQ==' }]);
    expect(foreign.status).toBe(400);
    expect(JSON.parse(foreign.text).error.message).toMatch(/^messages\.1\.content\.0: Invalid/);
  });

  test('sees images', async () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'AA==' };
    const body = await create([
      { type: 'image', source },
      { type: 'text', text: 'what?' },
    ]);
    expect(body.content[0].text).toContain('I saw 1 image.');
  });
});

describe('cache_control', () => {
  const mark = (text: string, ttl?: string) => ({
    type: 'text',
    text,
    cache_control: { type: 'ephemeral', ...(ttl ? { ttl } : {}) },
  });
  const long = 'word '.repeat(100);

  test('is written in the first turn', async () => {
    const { usage } = await create('hi', { system: [mark(long)] });
    expect(usage).toMatchObject({
      input_tokens: 4,
      cache_creation_input_tokens: 100,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 0 },
    });
  });

  test('is read up to the last but one mark, the rest written', async () => {
    const { usage } = await create([mark('some words', '1h')], { system: [mark(long)] });
    expect(usage).toMatchObject({
      input_tokens: 0,
      cache_read_input_tokens: 100,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 3 + 3 },
    });
  });

  test('is read in later turns', async () => {
    const { text } = await post(messagesPath, {
      model: 'claude-sonnet-5',
      max_tokens: 100,
      system: [mark(long)],
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: 'c' },
      ],
    });
    expect(JSON.parse(text).usage).toMatchObject({
      input_tokens: 12,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 0,
    });
  });
});

describe('a stream', () => {
  test('has the events of a text in order', async () => {
    const events = await stream('Hello');
    expect(types(events)).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    const [start] = events;
    expect(start.message).toMatchObject({ content: [], stop_reason: null });
    const whole = await create('Hello');
    expect(start.message.usage).toEqual({ ...whole.usage, output_tokens: 1 });
    const delta = events.at(-2);
    expect(delta.delta).toEqual({ stop_reason: 'end_turn', stop_sequence: null });
    expect(delta.usage.output_tokens).toBe(whole.usage.output_tokens);
    const text = events.map((event) => event.delta?.text ?? '').join('');
    expect(text).toBe(whole.content[0].text);
  });

  test('has each block between its start and its stop', async () => {
    const content = command({ tools: 2, text: 'So:' });
    const events = await stream(content, { tools: [tool], ...thinking });
    const starts = events.filter(({ type }) => type === 'content_block_start');
    expect(starts.map(({ content_block }) => content_block.type)).toEqual([
      'thinking',
      'text',
      'tool_use',
      'tool_use',
    ]);
    let open: number | null = null;
    for (const event of events) {
      if (event.type === 'content_block_start') {
        expect(open).toBeNull();
        open = event.index;
      }
      if (event.type === 'content_block_delta') expect(event.index).toBe(open);
      if (event.type === 'content_block_stop') open = null;
    }
    const json = events
      .filter(({ index }) => index === 3)
      .map((event) => event.delta?.partial_json ?? '')
      .join('');
    expect(JSON.parse(json)).toEqual({ city: 'sandbox city' });
    const kinds = events.filter(({ index }) => index === 0).map((event) => event.delta?.type);
    expect(kinds.filter((kind, at) => kind && kind !== kinds[at - 1])).toEqual([
      'thinking_delta',
      'signature_delta',
    ]);
    expect(events.at(-2).delta.stop_reason).toBe('tool_use');
  });

  test('reports usage as commanded', async () => {
    const none = await stream(command({ usage: 'none' }));
    expect(none.some((event) => event.usage ?? event.message?.usage)).toBe(false);
    const twice = await stream(command({ usage: 'repeat' }));
    expect(twice.at(-3)).toEqual(twice.at(-2));
    const running = await stream(command({ usage: 'everyChunk', words: 4 }));
    const outputs = running.filter(({ type }) => type === 'message_delta');
    expect(outputs.map(({ usage }) => usage.output_tokens)).toEqual([1, 2, 3, 4, 8]);
  });

  test('ends in an error event', async () => {
    const content = command({ errorAfterChunks: 1, errorCode: 'overloaded_error' });
    const error = (await stream(content)).at(-1);
    expect(error).toEqual({
      type: 'error',
      error: { type: 'overloaded_error', message: expect.any(String) },
    });
  });
});

describe('count_tokens', () => {
  test('counts what the usage would report', async () => {
    const body = messages('Count these words', { system: 'Be brief.' });
    const counted = await post(`${messagesPath}/count_tokens`, { ...body, max_tokens: undefined });
    const { usage } = JSON.parse((await post(messagesPath, body)).text);
    expect(JSON.parse(counted.text)).toEqual({ input_tokens: usage.input_tokens });
  });
});

describe('refusals', () => {
  test.each([
    [{ max_tokens: 1, messages: [] }, 'model: Field required'],
    [{ model: 'm', messages: [] }, 'max_tokens: Field required'],
    [{ model: 'm', max_tokens: 0, messages: [] }, /greater than or equal to 1/],
    [{ model: 'm', max_tokens: 1 }, 'messages: Field required'],
    [{ model: 'm', max_tokens: 1, messages: [] }, /at least one/],
    [{ model: 'm', max_tokens: 1, messages: [{ role: 'tool' }] }, /messages\.0\.role/],
    [messages('x', { ...thinking, max_tokens: 1024 }), /greater than `thinking.budget_tokens`/],
  ])('%j', async (body, message) => {
    const { status, text } = await post(messagesPath, body);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringMatching(message) },
      request_id: expect.stringMatching(/^req_/),
    });
  });

  test('a thread is refused in words that tool runners know', async () => {
    const { status, text } = await post(
      messagesPath,
      messages('x', { thread: { type: 'create' } }),
    );
    expect(status).toBe(400);
    expect(JSON.parse(text).error.details.error_code).toBe('thread_unsupported_request');
  });
});
