import Anthropic from '@anthropic-ai/sdk';
import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed, WEATHER_SCHEMA } from './support/ask.ts';
import { chat, messages } from './support/dialects.ts';
import { type Answer, send } from './support/http-client.ts';
import { recordOf } from './support/records.ts';

const CLAUDE = 'flux-pinned-claude-opus-4.8';
const GPT = 'flux-pinned-gpt-5.4';
const KIMI = 'flux-pinned-kimi-k3';

let system: RunningSystem;
let openai: OpenAI;
let anthropic: Anthropic;
beforeAll(async () => {
  system = await startSystem();
  openai = new OpenAI({ apiKey: system.key, baseURL: `${system.baseUrl}/v1`, maxRetries: 0 });
  anthropic = new Anthropic({
    apiKey: system.key,
    baseURL: `${system.baseUrl}/anthropic`,
    maxRetries: 0,
  });
});
afterAll(() => system.stop());

const user = (content: string) => [{ role: 'user' as const, content }];
const recordFor = (answer: Answer) =>
  recordOf(system, answer.headers.get('x-flux-request-id') ?? '');

describe('what another dialect has no place for', () => {
  it('is told in the header and in the record, by name and place only', async () => {
    const secret = 'canary_of_a_field';
    const answer = await send(system, chat.path, {
      body: chat.ask('ping', {
        model: CLAUDE,
        frequency_penalty: 0.5,
        logit_bias: { 50256: -100 },
        [secret]: { of: secret },
      }),
    });
    expect(answer.status).toBe(200);
    const notes = [
      'dropped:native_field:logit_bias',
      'dropped:native_field:request',
      'dropped:penalties:frequencyPenalty',
    ];
    expect(answer.headers.get('x-flux-notes')?.split(', ').sort()).toEqual(notes);
    const record = await recordFor(answer);
    expect([...record['notes']].sort()).toEqual(notes);
    expect(JSON.stringify(record)).not.toContain(secret);
  });

  it.each([
    ['a seed', { seed: 7 }],
    ['several answers', { n: 2 }],
    ['logprobs', { logprobs: true }],
  ])('is a clear 400 where the request would be another: %s', async (_name, more) => {
    const answer = await send(system, chat.path, {
      body: chat.ask('x', { model: CLAUDE, ...more }),
    });
    expect(answer.status).toBe(400);
    expect(chat.codeOf(answer.json)).toBe('capability_not_available');
    expect(answer.json.error.message).toContain('has no place in anthropic-messages');
    expect((await recordFor(answer))['outcome']).toBe('refused');
  });

  it('goes on to a model that has a place for it', async () => {
    const body = messages.ask('ping', { model: 'flux-fast', top_k: 5 });
    expect((await send(system, messages.path, { body })).headers.get('x-flux-notes')).toBeNull();
    const seeded = await send(system, chat.path, {
      body: chat.ask(directed({ status: 500, failModels: ['gpt-6-luna'] }), {
        model: 'flux-fast',
        seed: 7,
      }),
    });
    expect(seeded.status).toBe(200);
  });
});

describe('tool runners', () => {
  const parameters = WEATHER_SCHEMA as unknown as Record<string, unknown>;

  it.each([CLAUDE, KIMI])('of openai run against %s', async (model) => {
    let asked = 0;
    const runner = openai.chat.completions.runTools({
      model,
      messages: user(directed({ tools: 2 })),
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'The weather.',
            parameters,
            parse: JSON.parse,
            function: ({ unit }: { unit: string }) => {
              asked++;
              return `sunny in ${unit}`;
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toContain('sunny in c');
    expect(asked).toBe(2);
  });

  it.each([GPT, KIMI, CLAUDE])('of Anthropic run against %s', async (model) => {
    let asked = 0;
    const final = await anthropic.beta.messages.toolRunner({
      model,
      max_tokens: 4000,
      messages: user(directed({ tools: 2, thinking: true })),
      tools: [
        {
          type: 'custom',
          name: 'get_weather',
          description: 'The weather.',
          input_schema: { ...WEATHER_SCHEMA, required: ['city', 'unit'] },
          parse: (input: unknown) => input,
          run: () => {
            asked++;
            return 'sunny';
          },
        },
      ],
    });
    expect(JSON.stringify(final.content)).toContain('sunny');
    expect(asked).toBe(2);
  });
});

describe('a tool that takes free text', () => {
  const tools = [{ type: 'custom' as const, name: 'apply_patch', description: 'Patches.' }];
  type Input = OpenAI.Responses.ResponseInput;

  it.each([CLAUDE, KIMI])('is called by %s as what it is, streamed and not', async (model) => {
    const input: Input = [{ role: 'user', content: directed({ tool: 'apply_patch' }) }];
    const whole = await openai.responses.create({ model, tools, input });
    const streamed = await openai.responses.stream({ model, tools, input }).finalResponse();
    for (const { output } of [whole, streamed]) {
      const call = output.find((item) => item.type === 'custom_tool_call');
      expect(call).toMatchObject({ name: 'apply_patch', input: expect.not.stringContaining('{') });
    }
    const results = whole.output.flatMap((item) =>
      item.type === 'custom_tool_call'
        ? [{ type: 'custom_tool_call_output' as const, call_id: item.call_id, output: 'patched' }]
        : [],
    );
    const replayed = whole.output as Input;
    const after = await openai.responses.create({
      model,
      tools,
      input: [...input, ...replayed, ...results],
    });
    expect(after.output_text).toContain('patched');
  });
});

describe('sealed reasoning goes back to its origin, and to nobody else', () => {
  const tools = [
    { name: 'get_weather', input_schema: { ...WEATHER_SCHEMA, required: ['city', 'unit'] } },
  ];
  const ask = (model: string, turns: Anthropic.MessageParam[]) =>
    anthropic.messages.create({ model, max_tokens: 4000, tools, messages: turns }).withResponse();
  const called = user(directed({ tool: 'get_weather', thinking: true }));
  const resultOf = (content: Anthropic.ContentBlock[]) => ({
    role: 'user' as const,
    content: content
      .filter((block) => block.type === 'tool_use')
      .map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: 'sunny' })),
  });

  it.each([CLAUDE, GPT, KIMI])('a tool turn of %s goes on with it', async (model) => {
    const first = await ask(model, called);
    expect(first.data.content[0]).toMatchObject({ type: 'thinking' });
    const turns = [
      ...called,
      { role: 'assistant' as const, content: first.data.content },
      resultOf(first.data.content),
    ];
    const second = await ask(model, turns);
    expect(JSON.stringify(second.data.content)).toContain('sunny');
    expect(second.response.headers.get('x-flux-notes')).toBeNull();
    if (model !== CLAUDE) {
      // What is passed on untouched has a seal that names no model.
      const routed = await ask('flux-fast', turns);
      expect(routed.response.headers.get('x-flux-model')).toBe(first.data.model);
    }
    const other = model === CLAUDE ? GPT : CLAUDE;
    await expect(ask(other, turns)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('A seal of reasoning'),
    });
    // The turn is over: now the seal may be left out.
    const over = await ask(other, [
      ...turns,
      { role: 'assistant', content: second.data.content },
      { role: 'user', content: 'and now?' },
    ]);
    expect(JSON.stringify(over.data.content)).toContain('and now?');
    expect(over.response.headers.get('x-flux-notes')).toContain('dropped:seal:turns.1.blocks.0');
  });

  it('a Claude’s through a chat client and back', async () => {
    const tool = { type: 'function' as const, function: { name: 'get_weather', parameters: {} } };
    const body = { model: CLAUDE, tools: [tool], reasoning_effort: 'low' as const };
    const asked = user(directed({ tool: 'get_weather' }));
    const { choices } = await openai.chat.completions.create({ ...body, messages: asked });
    const message = choices[0]?.message;
    if (message === undefined) throw new Error('no message');
    expect(message).toHaveProperty('reasoning_content');
    const results = (message.tool_calls ?? []).map(({ id }) => ({
      role: 'tool' as const,
      tool_call_id: id,
      content: 'sunny',
    }));
    const { data, response } = await openai.chat.completions
      .create({ ...body, messages: [...asked, message, ...results] })
      .withResponse();
    expect(data.choices[0]?.message.content).toContain('sunny');
    expect(response.headers.get('x-flux-notes')).toBeNull();
  });

  it('a Claude’s through a client of responses and back', async () => {
    const tool = {
      type: 'function' as const,
      name: 'get_weather',
      parameters: WEATHER_SCHEMA as unknown as Record<string, unknown>,
      strict: false,
    };
    const body = { model: CLAUDE, tools: [tool], reasoning: { effort: 'low' as const } };
    const input: OpenAI.Responses.ResponseInput = [
      { role: 'user', content: directed({ tool: 'get_weather' }) },
    ];
    const first = await openai.responses.create({ ...body, input });
    const [thought] = first.output;
    expect(thought).toMatchObject({ type: 'reasoning' });
    const results = first.output.flatMap((item) =>
      item.type === 'function_call'
        ? [{ type: 'function_call_output' as const, call_id: item.call_id, output: 'sunny' }]
        : [],
    );
    const replayed = first.output as OpenAI.Responses.ResponseInput;
    const { data, response } = await openai.responses
      .create({ ...body, input: [...input, ...replayed, ...results] })
      .withResponse();
    expect(data.output_text).toContain('sunny');
    expect(response.headers.get('x-flux-notes')).toBeNull();
  });
});

describe('streams', () => {
  it('of a silent upstream begin before their client loses patience', async () => {
    const stream = openai.responses.stream({
      model: CLAUDE,
      input: directed({ words: 5, firstByteDelayMs: 7_000 }),
    });
    expect((await stream.finalResponse()).status).toBe('completed');
  });

  it('carry their cost in the usage event for those who ask, equal to the record', async () => {
    const { data, response } = await openai.responses
      .create(
        { model: CLAUDE, stream: true, input: 'ping' },
        { headers: { 'X-Flux-Stream-Cost': 'usage' } },
      )
      .withResponse();
    let flux: object | undefined;
    for await (const event of data) flux = (event as { flux?: object }).flux ?? flux;
    const id = response.headers.get('x-flux-request-id') ?? '';
    const record = await recordOf(system, id);
    expect(flux).toEqual({ cost_usd: record['costUsd'], request_id: id, model: record['model'] });
    expect(record).toMatchObject({ outcome: 'completed', usage: { source: 'provider' } });
  });

  it('that their client leaves are cancelled and charged for what came', async () => {
    const { data, response } = await openai.chat.completions
      .create({ model: CLAUDE, stream: true, messages: user(directed({ endless: true })) })
      .withResponse();
    let chunks = 0;
    for await (const _ of data) if (++chunks > 20) break;
    data.controller.abort();
    const id = response.headers.get('x-flux-request-id') ?? '';
    const record = await recordOf(system, id);
    expect(record).toMatchObject({ outcome: 'client_gone' });
    expect(Number(record['costUsd'])).toBeGreaterThan(0);
  });

  it('whose upstream sends what is no JSON end in an error', async () => {
    for (const model of [CLAUDE, KIMI]) {
      const stream = openai.responses.stream({
        model,
        input: directed({ words: 9, garbage: true }),
      });
      expect(await stream.finalResponse()).toMatchObject({
        status: 'failed',
        error: { message: expect.stringContaining('before the answer was complete') },
      });
    }
  });

  it('that say nothing of their usage are counted', async () => {
    const { data, response } = await openai.responses
      .create({ model: KIMI, stream: true, input: directed({ words: 20, usage: 'none' }) })
      .withResponse();
    for await (const _ of data);
    const id = response.headers.get('x-flux-request-id') ?? '';
    const record = await recordOf(system, id);
    expect(record['usage']).toMatchObject({ source: 'estimated' });
    expect(record['usage'].output).toBeGreaterThan(10);
  });
});
