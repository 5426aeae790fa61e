import { describe, expect, test } from 'vitest';
import { chat, chatPath, parseEvents, parseStream, useSandbox } from '../../test-client.ts';

const { post, command } = useSandbox();

const tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { enum: ['C', 'F'] } },
      required: ['city', 'unit'],
    },
  },
};
const withUsage = { stream: true, stream_options: { include_usage: true } };

async function complete(content: unknown, more: object = {}, path = chatPath) {
  const { status, text } = await post(path, chat(content, more));
  expect({ status, text }).toMatchObject({ status: 200 });
  return JSON.parse(text);
}

async function stream(content: unknown, more: object = {}, path = chatPath) {
  const { text } = await post(path, chat(content, { stream: true, ...more }));
  return parseStream(text);
}

describe('a body', () => {
  test('says what it is and quotes the prompt, the same every time', async () => {
    const body = await complete('Hello, you!');
    expect(body).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-\w{24}$/),
      object: 'chat.completion',
      model: 'gpt-5-mini',
      choices: [{ index: 0, message: { role: 'assistant', refusal: null }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 6, completion_tokens: 26, total_tokens: 32 },
    });
    expect(body.choices[0].message.content).toBe(
      "This is FluxRouter's sandbox provider, standing in for openai (gpt-5-mini). " +
        'You said: Hello, you!',
    );
    const again = await complete('Hello, you!');
    expect(again.id).not.toBe(body.id);
    expect({ ...again, id: '', created: 0 }).toEqual({ ...body, id: '', created: 0 });
  });

  test('is indented as OpenAI does it, and only there', async () => {
    expect((await post(chatPath, chat('x'))).text).toContain('\n  "object"');
    expect((await post('/groq/v1/chat/completions', chat('x'))).text).not.toContain('\n');
  });

  test('has n choices and counts them all', async () => {
    const body = await complete('x', { n: 3 });
    expect(body.choices.map((choice: { index: number }) => choice.index)).toEqual([0, 1, 2]);
    expect(body.usage.completion_tokens).toBeGreaterThan(3 * 24);
  });

  test('stops at the token limit and at a stop sequence', async () => {
    const cut = await complete('x', { max_completion_tokens: 7 });
    expect(cut.choices[0].finish_reason).toBe('length');
    expect(cut.usage.completion_tokens).toBe(7);
    const stopped = await complete('x', { stop: ['sandbox'] });
    expect(stopped.choices[0].message.content).toBe("This is FluxRouter's ");
    expect(stopped.choices[0].finish_reason).toBe('stop');
  });

  test('counts reasoning, and shows it where the vendor does', async () => {
    const hidden = await complete('x', { reasoning_effort: 'high' });
    expect(hidden.usage.completion_tokens_details.reasoning_tokens).toBeGreaterThan(30);
    expect(hidden.choices[0].message).not.toHaveProperty('reasoning_content');
    const path = '/deepseek/v1/chat/completions';
    const shown = await complete('x', { reasoning_effort: 'low' }, path);
    expect(shown.choices[0].message.reasoning_content).toContain('The sandbox thinks');
    expect(shown.usage).toHaveProperty('prompt_cache_hit_tokens', 0);
  });

  test('counts the images it saw', async () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
    const body = await complete([{ type: 'text', text: 'Look' }, image, image]);
    expect(body.choices[0].message.content).toContain('I saw 2 images. You said: Look');
    expect(body.usage.prompt_tokens).toBeGreaterThan(170);
  });

  test('satisfies a JSON schema', async () => {
    const schema = tool.function.parameters;
    const response_format = { type: 'json_schema', json_schema: { name: 'x', schema } };
    const body = await complete('x', { response_format });
    expect(JSON.parse(body.choices[0].message.content)).toEqual({
      city: 'sandbox city',
      unit: 'C',
    });
    const any = await complete('x', { response_format: { type: 'json_object' } });
    expect(JSON.parse(any.choices[0].message.content)).toHaveProperty('answer');
  });
});

describe('tools', () => {
  const args = '{"city":"sandbox city","unit":"C"}';

  test.each([
    ['required', 'x', { tool_choice: 'required' }],
    ['named', 'x', { tool_choice: { type: 'function', function: { name: 'get_weather' } } }],
    ['mentioned', 'Please call get_weather now', {}],
    ['commanded', command({ tool: 'get_weather' }), {}],
  ])('are called where %s', async (_why, content, more) => {
    const body = await complete(content, { tools: [tool], ...more });
    expect(body.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: [
          {
            id: expect.stringMatching(/^call_/),
            type: 'function',
            function: { name: 'get_weather', arguments: args },
          },
        ],
      },
    });
  });

  test.each([
    ['not mentioned', 'get_weathers', {}],
    ['forbidden', 'get_weather', { tool_choice: 'none' }],
  ])('are not called where %s', async (_why, content, more) => {
    const body = await complete(content, { tools: [tool], ...more });
    expect(body.choices[0].finish_reason).toBe('stop');
  });

  test('run in parallel, after a text, and stream their arguments', async () => {
    const content = command({ tools: 2, text: 'Let me see.' });
    const chunks = await stream(content, { tools: [tool] });
    const deltas = chunks.map(({ choices }) => choices[0].delta);
    expect(deltas.map(({ content }) => content ?? '').join('')).toBe('Let me see.');
    const calls: { id?: string; name?: string; arguments: string }[] = [];
    for (const piece of deltas.flatMap(({ tool_calls }) => tool_calls ?? [])) {
      const { name } = piece.function;
      calls[piece.index] ??= { id: piece.id, name, arguments: '' };
      (calls[piece.index] ?? { arguments: '' }).arguments += piece.function.arguments;
    }
    expect(calls.map((call) => call.arguments)).toEqual([args, args]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
    expect(chunks.at(-1)?.choices[0].finish_reason).toBe('tool_calls');
  });

  test('are answered with a text that quotes their result', async () => {
    const { text } = await post(chatPath, {
      model: 'gpt-5-mini',
      tools: [tool],
      tool_choice: 'required',
      messages: [
        { role: 'user', content: command({ tool: 'get_weather' }) },
        { role: 'assistant', tool_calls: [{ id: 'call_1', type: 'function', function: {} }] },
        { role: 'tool', tool_call_id: 'call_1', content: 'sunny, 21 degrees' },
      ],
    });
    const [choice] = JSON.parse(text).choices;
    expect(choice.finish_reason).toBe('stop');
    expect(choice.message.content).toContain('The tool said: sunny, 21 degrees');
  });
});

describe('a stream', () => {
  test('has role, deltas, finish and [DONE], and no usage unasked', async () => {
    const { headers, text } = await post(chatPath, chat('Hi there', { stream: true }));
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = parseEvents(text);
    expect(events.at(-1)?.data).toBe('[DONE]');
    expect(events.every(({ event }) => event === null)).toBe(true);
    const chunks = parseStream(text);
    expect(chunks[0].choices[0].delta).toEqual({ role: 'assistant', content: '', refusal: null });
    const content = chunks.map(({ choices }) => choices[0].delta.content ?? '').join('');
    expect(content).toMatch(/^This is .*You said: Hi there$/);
    expect(chunks.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
    expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  test('has a usage chunk where asked, and null in all others', async () => {
    const chunks = await stream('Hi', withUsage);
    const last = chunks.pop();
    expect(last).toMatchObject({ choices: [], usage: { prompt_tokens: 4 } });
    expect(chunks.every(({ usage }) => usage === null)).toBe(true);
    expect(last.usage).toEqual((await complete('Hi')).usage);
  });

  test('has as many deltas as commanded', async () => {
    const chunks = await stream(command({ chunks: 250 }));
    expect(chunks.filter(({ choices }) => choices[0].delta.content)).toHaveLength(250);
  });

  test('lets choices take turns', async () => {
    const chunks = await stream(command({ words: 3 }), { n: 2 });
    const turns = chunks.map(({ choices }) => choices[0]).filter(({ delta }) => delta.content);
    expect(turns.map(({ index }) => index).slice(0, 4)).toEqual([0, 1, 0, 1]);
  });
});

describe('usage', () => {
  const usageOf = (chunks: { usage?: unknown }[]) => chunks.map(({ usage }) => usage ?? null);

  test('none: nowhere', async () => {
    const content = command({ usage: 'none' });
    expect(await complete(content)).not.toHaveProperty('usage');
    expect(usageOf(await stream(content, withUsage)).every((usage) => usage === null)).toBe(true);
  });

  test('zero: zeros', async () => {
    const { usage } = await complete(command({ usage: 'zero' }));
    expect(usage).toMatchObject({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
  });

  test('lastContentChunk: with the finish reason, no chunk of its own', async () => {
    const chunks = await stream(command({ usage: 'lastContentChunk' }), withUsage);
    expect(chunks.at(-1)).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
    expect(chunks.at(-1)?.usage.total_tokens).toBeGreaterThan(20);
  });

  test('everyChunk: growing up to the total', async () => {
    const chunks = await stream(command({ usage: 'everyChunk' }), withUsage);
    const outputs = chunks.map(({ usage }) => usage.completion_tokens);
    expect(outputs).toEqual([...outputs].sort((a, b) => a - b));
    expect(outputs[1]).toBeLessThan(outputs.at(-1) ?? 0);
    expect(chunks.at(-1)?.usage).toEqual(chunks.at(-2)?.usage);
  });

  test('repeat: the same twice', async () => {
    const chunks = await stream(command({ usage: 'repeat' }));
    const reported = usageOf(chunks).filter((usage) => usage !== null);
    expect(reported).toHaveLength(2);
    expect(reported[0]).toEqual(reported[1]);
  });

  test('tokens: as commanded, cached ones inside the prompt', async () => {
    const tokens = { input: 100, cacheRead: 40, cacheWrite: 5, output: 9, reasoning: 3 };
    const { usage } = await complete(command({ tokens }));
    expect(usage).toMatchObject({
      prompt_tokens: 145,
      completion_tokens: 9,
      total_tokens: 154,
      prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 3 },
    });
  });

  test('a long prompt is half cached from the second turn on', async () => {
    const content = 'word '.repeat(2000);
    expect((await complete(content)).usage.prompt_tokens_details.cached_tokens).toBe(0);
    const { text } = await post(chatPath, {
      model: 'gpt-5-mini',
      messages: [
        { role: 'user', content },
        { role: 'assistant', content: 'ok' },
        { role: 'user', content: 'on' },
      ],
    });
    expect(JSON.parse(text).usage.prompt_tokens_details.cached_tokens).toBe(896);
  });
});

describe('texts', () => {
  test('words, text and sizeBytes', async () => {
    const content = async (members: object) =>
      (await complete(command(members))).choices[0].message.content;
    expect(await content({ words: 3 })).toBe('amber basin cedar');
    expect(await content({ text: 'just  this' })).toBe('just  this');
    expect(Buffer.byteLength(await content({ sizeBytes: 5000 }))).toBe(5000);
  });
});

describe('refusals', () => {
  test.each([
    [{ messages: [{ role: 'user', content: 'x' }] }, null],
    [{ model: 'm' }, 'messages'],
    [{ model: 'm', messages: [] }, 'messages'],
    [{ model: 'm', messages: ['x'] }, 'messages[0]'],
    [chat('x', { n: 0 }), 'n'],
  ])('%j', async (body, param) => {
    const { status, text } = await post(chatPath, body);
    expect(status).toBe(400);
    expect(JSON.parse(text).error).toMatchObject({ type: 'invalid_request_error', param });
  });
});
