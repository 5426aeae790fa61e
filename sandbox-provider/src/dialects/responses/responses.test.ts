import { describe, expect, test } from 'vitest';
import {
  type Json,
  parseEvents,
  parseStream,
  responses,
  responsesPath,
  useSandbox,
} from '../../test-client.ts';

const { post, command } = useSandbox();

const tool = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

async function create(input: unknown, more: object = {}): Promise<Json> {
  const { status, text } = await post(responsesPath, responses(input, more));
  expect({ status, text }).toMatchObject({ status: 200 });
  return JSON.parse(text);
}

async function stream(input: unknown, more: object = {}): Promise<Json[]> {
  const { text } = await post(responsesPath, responses(input, { stream: true, ...more }));
  const events = parseStream(text);
  expect(parseEvents(text).map(({ event }) => event)).toEqual(events.map(({ type }) => type));
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
  return events;
}

const types = (events: Json[]) =>
  events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]);

describe('a response', () => {
  test('is whole', async () => {
    const body = await create('Hello');
    expect(body).toMatchObject({
      id: expect.stringMatching(/^resp_/),
      object: 'response',
      status: 'completed',
      output: [
        {
          id: expect.stringMatching(/^msg_/),
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [
            { type: 'output_text', annotations: [], text: expect.stringMatching(/Hello$/) },
          ],
        },
      ],
      usage: {
        input_tokens: 2,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens_details: { reasoning_tokens: 0 },
      },
    });
    expect(body.usage.total_tokens).toBe(body.usage.input_tokens + body.usage.output_tokens);
  });

  test('reads items, images and instructions', async () => {
    const content = [
      { type: 'input_text', text: 'See' },
      { type: 'input_image', image_url: 'x' },
    ];
    const body = await create([{ role: 'user', content }], { instructions: 'be brief' });
    expect(body.output[0].content[0].text).toContain('I saw 1 image. You said: See');
    expect(body.instructions).toBe('be brief');
  });

  test('is incomplete where the tokens ran out', async () => {
    const body = await create('x', { max_output_tokens: 5 });
    expect(body).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: { output_tokens: 5 },
    });
    const events = await stream('x', { max_output_tokens: 5 });
    expect(events.at(-1)?.type).toBe('response.incomplete');
  });

  test('satisfies a JSON schema', async () => {
    const format = { type: 'json_schema', name: 'x', schema: tool.parameters };
    const body = await create('x', { text: { format } });
    expect(JSON.parse(body.output[0].content[0].text)).toEqual({ city: 'sandbox city' });
  });

  test('calls a tool, and quotes its result', async () => {
    const called = await create('x', { tools: [tool], tool_choice: 'required' });
    expect(called.output).toMatchObject([
      { type: 'function_call', name: 'get_weather', arguments: '{"city":"sandbox city"}' },
    ]);
    const [call] = called.output;
    const answered = await create([
      { role: 'user', content: 'get_weather' },
      call,
      { type: 'function_call_output', call_id: call.call_id, output: 'rain' },
    ]);
    expect(answered.output[0].content[0].text).toContain('The tool said: rain');
  });

  test('reasons, sealed where asked', async () => {
    const more = {
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    };
    const [item, message] = (await create('x', more)).output;
    expect(item).toMatchObject({
      type: 'reasoning',
      summary: [{ type: 'summary_text' }],
      encrypted_content: expect.any(String),
    });
    expect(message.type).toBe('message');
  });
});

describe('a stream', () => {
  test('has the events of a text in order and ends in the whole response', async () => {
    const events = await stream('Hello');
    expect(types(events)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const { response } = events.at(-1);
    const text = events.map(({ delta }) => delta ?? '').join('');
    expect(response.output[0].content[0].text).toBe(text);
    const whole = await create('Hello');
    expect(response.usage).toEqual(whole.usage);
    expect(Object.keys(response)).toEqual(Object.keys(whole));
  });

  test('has the events of reasoning and of calls', async () => {
    const more = { tools: [tool], reasoning: { effort: 'low', summary: 'auto' } };
    const events = await stream(command({ tools: 2, text: 'So:' }), more);
    expect(types(events).filter((type) => !type.includes('content_part'))).toEqual(
      [
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.reasoning_summary_part.added',
        'response.reasoning_summary_text.delta',
        'response.reasoning_summary_text.done',
        'response.reasoning_summary_part.done',
        'response.output_item.done',
        'response.output_item.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.output_item.done',
        ...Array(2).fill([
          'response.output_item.added',
          'response.function_call_arguments.delta',
          'response.function_call_arguments.done',
          'response.output_item.done',
        ]),
        'response.completed',
      ].flat(),
    );
    const done = events.filter(({ type }) => type === 'response.output_item.done');
    expect(done.map(({ item }) => item)).toEqual(events.at(-1).response.output);
    expect(done.map(({ output_index }) => output_index)).toEqual([0, 1, 2, 3]);
  });

  test('reports usage as commanded', async () => {
    const running = await stream(command({ usage: 'everyChunk', words: 3 }));
    expect(running.slice(0, -1).every(({ usage }) => usage.input_tokens > 0)).toBe(true);
    const none = await stream(command({ usage: 'none' }));
    expect(none.at(-1).response.usage).toBeNull();
    const twice = await stream(command({ usage: 'repeat' }));
    expect(twice.at(-2).usage).toEqual(twice.at(-1).response.usage);
  });

  test('ends in an error event, or in response.failed', async () => {
    const error = (await stream(command({ errorAfterChunks: 2, errorCode: 'c' }))).at(-1);
    expect(error).toMatchObject({ type: 'error', code: 'c', message: expect.any(String) });
    const failed = (await stream(command({ errorAfterChunks: 1, errorAs: 'failed' }))).at(-1);
    expect(failed).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error' } },
    });
  });
});

test.each([
  [{ input: 'x' }, 'model'],
  [{ model: 'm' }, 'input'],
])('refuses %j', async (body, param) => {
  const { status, text } = await post(responsesPath, body);
  expect(status).toBe(400);
  expect(JSON.parse(text).error.param).toBe(param);
});
