import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Json, useSandbox } from './test-client.ts';

// The vendors' own clients are dependencies of `tests`, not ours.
const OpenAI: Json = await load('openai');
const Anthropic: Json = await load('@anthropic-ai/sdk');

async function load(name: string): Promise<Json> {
  try {
    const require = createRequire(new URL('../../tests/package.json', import.meta.url));
    return (await import(pathToFileURL(require.resolve(name)).href)).default;
  } catch {
    return null;
  }
}

const { command, sandbox } = useSandbox();
const settings = { apiKey: 'test', maxRetries: 0 };
const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
};

describe.skipIf(!OpenAI)('openai-node', () => {
  const client = () => new OpenAI({ ...settings, baseURL: `${sandbox().url}/openai/v1` });
  const ask = (content: string) => ({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content }],
  });

  test('reads chat answers and streams', async () => {
    const whole = await client().chat.completions.create(ask('Hi'));
    expect(whole._request_id).toMatch(/^req_/);
    const stream = client().chat.completions.stream({
      ...ask('Hi'),
      stream_options: { include_usage: true },
    });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0].message.content).toBe(whole.choices[0].message.content);
    expect(final.usage).toEqual(whole.usage);
  });

  test('runs tools to their end', async () => {
    const runner = client().chat.completions.runTools({
      ...ask('Please call get_weather'),
      tools: [
        {
          type: 'function',
          function: { name: 'get_weather', parameters, parse: JSON.parse, function: () => 'sun' },
        },
      ],
    });
    expect(await runner.finalContent()).toContain('The tool said: sun');
  });

  test('reads responses and their streams', async () => {
    const more = { model: 'gpt-5-mini', input: command({ tool: 'get_weather', text: 'So:' }) };
    const tools = [{ type: 'function', name: 'get_weather', parameters, strict: true }];
    const whole = await client().responses.create({ ...more, tools });
    expect(whole.output_text).toBe('So:');
    const final = await client()
      .responses.stream({ ...more, tools })
      .finalResponse();
    expect(final.output.map(({ type }: Json) => type)).toEqual(['message', 'function_call']);
    expect(final.usage).toEqual(whole.usage);
  });

  test('throws what it should', async () => {
    const refused = client().chat.completions.create(ask(command({ status: 429 })));
    await expect(refused).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    const read = async () => {
      const body = { ...ask(command({ errorAfterChunks: 2 })), stream: true };
      for await (const _chunk of await client().chat.completions.create(body));
    };
    await expect(read()).rejects.toThrow('told to answer 500');
  });
});

describe.skipIf(!Anthropic)('anthropic-sdk-typescript', () => {
  const client = () => new Anthropic({ ...settings, baseURL: `${sandbox().url}/anthropic` });
  const ask = (content: string) => ({
    model: 'claude-sonnet-5',
    max_tokens: 4000,
    messages: [{ role: 'user', content }],
  });

  test('reads messages and streams, with thinking and tools', async () => {
    const more = {
      ...ask(command({ tool: 'get_weather', text: 'So:' })),
      thinking: { type: 'enabled', budget_tokens: 1024 },
      tools: [{ name: 'get_weather', input_schema: parameters }],
    };
    const whole = await client().messages.create(more);
    const final = await client().messages.stream(more).finalMessage();
    const ids = /(msg|toolu)_01\w{24}/g;
    const strip = (message: Json) => JSON.parse(JSON.stringify(message).replace(ids, '$1'));
    expect(strip(final).content).toEqual(strip(whole).content);
    expect(final).toMatchObject({ stop_reason: 'tool_use', usage: whole.usage });
    expect(final.content.map(({ type }: Json) => type)).toEqual(['thinking', 'text', 'tool_use']);
  });

  test('counts tokens and lists models', async () => {
    const { max_tokens: _, ...countable } = ask('three little words');
    expect(await client().messages.countTokens(countable)).toMatchObject({ input_tokens: 9 });
    const page = await client().models.list();
    expect(page.data[0].id).toMatch(/^claude-/);
  });

  test('throws what it should', async () => {
    const refused = client().messages.create(ask(command({ status: 529 })));
    await expect(refused).rejects.toMatchObject({ status: 529, type: 'overloaded_error' });
    const broken = client().messages.stream(ask(command({ errorAfterChunks: 1 })));
    await expect(broken.finalMessage()).rejects.toThrow('told to answer 500');
  });
});
