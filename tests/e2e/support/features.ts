import Anthropic from '@anthropic-ai/sdk';
import type { RunningSystem } from '@fluxrouter/testing';
import OpenAI from 'openai';
import { directed, PIXEL, WEATHER_SCHEMA } from './ask.ts';

/** What one client of a dialect does with a model, by its own SDK; fails where it does not work. */
export type Feature = (model: string) => Promise<Headers | null>;

export interface FeatureClient {
  readonly dialect: 'openai-chat' | 'openai-responses' | 'anthropic-messages';
  readonly features: Readonly<Record<FeatureName, Feature>>;
}

export const featureNames = [
  'text',
  'text, streamed',
  'system prompt and turns',
  'tool call',
  'parallel tool calls, streamed',
  'tool results',
  'structured output',
  'thinking',
  'thinking, streamed',
  'vision',
  'limit of output',
  'cached tokens',
  'rate limit',
  'error in a stream',
  'cut stream',
] as const;
export type FeatureName = (typeof featureNames)[number];

function check(holds: boolean, what: unknown): asserts holds {
  if (!holds) throw new Error(`not as it should be: ${JSON.stringify(what)}`);
}

async function fails(
  run: () => Promise<unknown>,
  status: number | undefined,
): Promise<Headers | null> {
  try {
    await run();
  } catch (error) {
    const { status: got, headers } = error as { status?: number; headers?: Headers };
    check(got === status, { got, message: String(error) });
    return headers ?? null;
  }
  throw new Error('it did not fail');
}

const WEATHER = { city: 'string', unit: 'string' };
function checkWeather(json: string): void {
  const value = JSON.parse(json) as Record<string, unknown>;
  check(typeof value['city'] === WEATHER.city && ['c', 'f'].includes(String(value['unit'])), value);
}

const LIMITED = directed({ status: 429, retryAfter: 7, errorMessage: 'slow' });
const MIDSTREAM = directed({ words: 20, errorAfterChunks: 5 });
const CUT = directed({ words: 20, die: { afterChunks: 5, how: 'reset' } });
const CACHED = directed({ tokens: { input: 30, cacheRead: 12, output: 7 } });

export function chatFeatures(system: RunningSystem): FeatureClient {
  const client = new OpenAI({ apiKey: system.key, baseURL: `${system.baseUrl}/v1`, maxRetries: 0 });
  const { completions } = client.chat;
  const user = (content: string) => [{ role: 'user' as const, content }];
  const tools = [
    { type: 'function' as const, function: { name: 'get_weather', parameters: WEATHER_SCHEMA } },
  ];
  const ask = async (body: Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'stream'>) => {
    const { data, response } = await completions.create({ ...body, stream: false }).withResponse();
    const [choice] = data.choices;
    if (choice === undefined) throw new Error('no choice');
    return { data, choice, message: choice.message, headers: response.headers };
  };
  const reasoning = (message: object) =>
    (message as { reasoning_content?: string }).reasoning_content;
  return {
    dialect: 'openai-chat',
    features: {
      async text(model) {
        const { message, choice, headers } = await ask({ model, messages: user('ping') });
        check(message.content?.includes('ping') === true, message);
        check(choice.finish_reason === 'stop', choice);
        return headers;
      },
      async 'text, streamed'(model) {
        const stream = completions.stream({
          model,
          messages: user('ping'),
          stream_options: { include_usage: true },
        });
        const final = await stream.finalChatCompletion();
        check(final.choices[0]?.message.content?.includes('ping') === true, final);
        check((final.usage?.completion_tokens ?? 0) > 0, final.usage);
        return null;
      },
      async 'system prompt and turns'(model) {
        const { message, headers } = await ask({
          model,
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'one' },
            { role: 'assistant', content: 'two' },
            { role: 'user', content: 'three' },
          ],
          temperature: 0.5,
          top_p: 1,
          max_tokens: 500,
          user: 'somebody',
        });
        check(message.content?.includes('three') === true, message);
        return headers;
      },
      async 'tool call'(model) {
        const messages = user(directed({ tool: 'get_weather', text: 'Let me look.' }));
        const { message, choice, headers } = await ask({
          model,
          tools,
          tool_choice: 'auto',
          messages,
        });
        const [call] = message.tool_calls ?? [];
        check(call?.type === 'function' && call.function.name === 'get_weather', message);
        checkWeather(call.function.arguments);
        check(choice.finish_reason === 'tool_calls' && message.content === 'Let me look.', choice);
        return headers;
      },
      async 'parallel tool calls, streamed'(model) {
        const stream = completions.stream({ model, tools, messages: user(directed({ tools: 3 })) });
        const { choices } = await stream.finalChatCompletion();
        const calls = choices[0]?.message.tool_calls ?? [];
        check(new Set(calls.map(({ id }) => id)).size === 3, calls);
        for (const call of calls)
          if (call.type === 'function') checkWeather(call.function.arguments);
        return null;
      },
      async 'tool results'(model) {
        const messages = user(directed({ tools: 2 }));
        const { message } = await ask({ model, tools, messages });
        const results = (message.tool_calls ?? []).map(({ id }) => ({
          role: 'tool' as const,
          tool_call_id: id,
          content: 'sunny',
        }));
        const after = await ask({ model, tools, messages: [...messages, message, ...results] });
        check(after.message.content?.includes('sunny') === true, after.message);
        return after.headers;
      },
      async 'structured output'(model) {
        const json_schema = { name: 'weather', schema: WEATHER_SCHEMA, strict: true };
        const { message, headers } = await ask({
          model,
          messages: user('weather?'),
          response_format: { type: 'json_schema', json_schema },
        });
        checkWeather(message.content ?? '');
        return headers;
      },
      async thinking(model) {
        const { message, headers } = await ask({
          model,
          messages: user('think'),
          reasoning_effort: 'low',
        });
        check((reasoning(message) ?? '') !== '', message);
        check(message.content?.includes('think') === true, message);
        return headers;
      },
      async 'thinking, streamed'(model) {
        const stream = await completions.create({
          model,
          messages: user('think'),
          reasoning_effort: 'low',
          stream: true,
        });
        let words = '';
        let text = '';
        for await (const { choices } of stream) {
          words += reasoning(choices[0]?.delta ?? {}) ?? '';
          text += choices[0]?.delta.content ?? '';
        }
        check(words !== '' && text.includes('think'), { words, text });
        return null;
      },
      async vision(model) {
        const url = `data:image/png;base64,${PIXEL}`;
        const content = [
          { type: 'text' as const, text: 'What is this?' },
          { type: 'image_url' as const, image_url: { url } },
        ];
        const { message, headers } = await ask({ model, messages: [{ role: 'user', content }] });
        check(message.content?.includes('1 image') === true, message);
        return headers;
      },
      async 'limit of output'(model) {
        const messages = user(directed({ words: 400 }));
        const { choice, headers } = await ask({ model, messages, max_completion_tokens: 20 });
        check(choice.finish_reason === 'length', choice);
        return headers;
      },
      async 'cached tokens'(model) {
        const { data, headers } = await ask({ model, messages: user(CACHED) });
        check(data.usage?.prompt_tokens === 42 && data.usage.completion_tokens === 7, data.usage);
        check(data.usage.prompt_tokens_details?.cached_tokens === 12, data.usage);
        return headers;
      },
      async 'rate limit'(model) {
        const headers = await fails(() => ask({ model, messages: user(LIMITED) }), 429);
        check(headers?.get('retry-after') === '7', [...(headers ?? [])]);
        return headers;
      },
      async 'error in a stream'(model) {
        const stream = completions.stream({ model, messages: user(MIDSTREAM) });
        return fails(() => stream.finalChatCompletion(), undefined);
      },
      async 'cut stream'(model) {
        const stream = completions.stream({ model, messages: user(CUT) });
        return fails(() => stream.finalChatCompletion(), undefined);
      },
    },
  };
}

export function responsesFeatures(system: RunningSystem): FeatureClient {
  const client = new OpenAI({ apiKey: system.key, baseURL: `${system.baseUrl}/v1`, maxRetries: 0 });
  const { responses } = client;
  const tools = [
    {
      type: 'function' as const,
      name: 'get_weather',
      parameters: WEATHER_SCHEMA as unknown as Record<string, unknown>,
      strict: false,
    },
  ];
  type Input = OpenAI.Responses.ResponseInput;
  const ask = async (body: OpenAI.Responses.ResponseCreateParamsNonStreaming) => {
    const { data, response } = await responses.create(body).withResponse();
    return { data, headers: response.headers };
  };
  const calls = (output: OpenAI.Responses.ResponseOutputItem[]) =>
    output.filter((item) => item.type === 'function_call');
  const summaries = (output: OpenAI.Responses.ResponseOutputItem[]) =>
    output.flatMap((item) => (item.type === 'reasoning' ? item.summary : []));
  return {
    dialect: 'openai-responses',
    features: {
      async text(model) {
        const { data, headers } = await ask({ model, input: 'ping' });
        check(data.status === 'completed' && data.output_text.includes('ping'), data);
        return headers;
      },
      async 'text, streamed'(model) {
        const final = await responses.stream({ model, input: 'ping' }).finalResponse();
        check(final.output_text.includes('ping'), final);
        check((final.usage?.output_tokens ?? 0) > 0, final.usage);
        return null;
      },
      async 'system prompt and turns'(model) {
        const { data, headers } = await ask({
          model,
          instructions: 'Be brief.',
          input: [
            { role: 'developer', content: 'Be kind.' },
            { role: 'user', content: 'one' },
            { role: 'assistant', content: 'two' },
            { role: 'user', content: 'three' },
          ],
          temperature: 0.5,
          max_output_tokens: 500,
        });
        check(data.output_text.includes('three'), data);
        return headers;
      },
      async 'tool call'(model) {
        const input = directed({ tool: 'get_weather', text: 'Let me look.' });
        const { data, headers } = await ask({ model, tools, tool_choice: 'auto', input });
        const [call] = calls(data.output);
        check(call?.name === 'get_weather' && data.output_text === 'Let me look.', data.output);
        checkWeather(call.arguments);
        return headers;
      },
      async 'parallel tool calls, streamed'(model) {
        const stream = responses.stream({ model, tools, input: directed({ tools: 3 }) });
        const made = calls((await stream.finalResponse()).output);
        check(new Set(made.map(({ call_id }) => call_id)).size === 3, made);
        for (const call of made) checkWeather(call.arguments);
        return null;
      },
      async 'tool results'(model) {
        const input: Input = [{ role: 'user', content: directed({ tools: 2 }) }];
        const { data } = await ask({ model, tools, input, store: false });
        const results = calls(data.output).map(({ call_id }) => ({
          type: 'function_call_output' as const,
          call_id,
          output: 'sunny',
        }));
        check(results.length === 2, data.output);
        const replayed = data.output.map((item) => item as Input[number]);
        const after = await ask({ model, tools, input: [...input, ...replayed, ...results] });
        check(after.data.output_text.includes('sunny'), after.data);
        return after.headers;
      },
      async 'structured output'(model) {
        const { data, headers } = await ask({
          model,
          input: 'weather?',
          text: {
            format: {
              type: 'json_schema',
              name: 'weather',
              schema: WEATHER_SCHEMA as unknown as Record<string, unknown>,
              strict: true,
            },
          },
        });
        checkWeather(data.output_text);
        return headers;
      },
      async thinking(model) {
        const reasoning = { effort: 'low', summary: 'auto' } as const;
        const { data, headers } = await ask({ model, input: 'think', reasoning });
        check(summaries(data.output).length > 0 && data.output_text.includes('think'), data.output);
        return headers;
      },
      async 'thinking, streamed'(model) {
        const reasoning = { effort: 'low', summary: 'auto' } as const;
        const final = await responses.stream({ model, input: 'think', reasoning }).finalResponse();
        check(summaries(final.output).length > 0 && final.output_text.includes('think'), final);
        return null;
      },
      async vision(model) {
        const content = [
          { type: 'input_text' as const, text: 'What is this?' },
          {
            type: 'input_image' as const,
            image_url: `data:image/png;base64,${PIXEL}`,
            detail: 'auto' as const,
          },
        ];
        const { data, headers } = await ask({ model, input: [{ role: 'user', content }] });
        check(data.output_text.includes('1 image'), data);
        return headers;
      },
      async 'limit of output'(model) {
        const input = directed({ words: 400 });
        const { data, headers } = await ask({ model, input, max_output_tokens: 20 });
        check(data.incomplete_details?.reason === 'max_output_tokens', data);
        return headers;
      },
      async 'cached tokens'(model) {
        const { data, headers } = await ask({ model, input: CACHED });
        check(data.usage?.input_tokens === 42 && data.usage.output_tokens === 7, data.usage);
        check(data.usage.input_tokens_details.cached_tokens === 12, data.usage);
        return headers;
      },
      async 'rate limit'(model) {
        const headers = await fails(() => ask({ model, input: LIMITED }), 429);
        check(headers?.get('retry-after') === '7', [...(headers ?? [])]);
        return headers;
      },
      'error in a stream': (model) => failedStream(model, MIDSTREAM),
      'cut stream': (model) => failedStream(model, CUT),
    },
  };

  async function failedStream(model: string, input: string): Promise<null> {
    const stream = await responses.create({ model, input, stream: true });
    let last = '';
    try {
      for await (const event of stream) last = event.type;
    } catch {
      last = 'error';
    }
    check(last === 'response.failed' || last === 'error', last);
    return null;
  }
}

export function messagesFeatures(system: RunningSystem): FeatureClient {
  const client = new Anthropic({
    apiKey: system.key,
    baseURL: `${system.baseUrl}/anthropic`,
    maxRetries: 0,
  });
  const user = (content: string) => [{ role: 'user' as const, content }];
  const input_schema = { ...WEATHER_SCHEMA, required: ['city', 'unit'] };
  const tools = [{ name: 'get_weather', input_schema }];
  const ask = async (
    body: Omit<Anthropic.MessageCreateParamsNonStreaming, 'max_tokens'>,
    limit = 4000,
  ) => {
    const { data, response } = await client.messages
      .create({ max_tokens: limit, ...body })
      .withResponse();
    const text = data.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    return { data, text, headers: response.headers };
  };
  const calls = (content: Anthropic.ContentBlock[]) =>
    content.filter((block) => block.type === 'tool_use');
  const thinking = { type: 'enabled', budget_tokens: 1024 } as const;
  return {
    dialect: 'anthropic-messages',
    features: {
      async text(model) {
        const { data, text, headers } = await ask({ model, messages: user('ping') });
        check(data.stop_reason === 'end_turn' && text.includes('ping'), data);
        return headers;
      },
      async 'text, streamed'(model) {
        const stream = client.messages.stream({ model, max_tokens: 500, messages: user('ping') });
        check((await stream.finalText()).includes('ping'), 'no ping');
        const { usage, stop_reason } = await stream.finalMessage();
        check(usage.output_tokens > 0 && stop_reason === 'end_turn', usage);
        return null;
      },
      async 'system prompt and turns'(model) {
        const { text, headers } = await ask({
          model,
          system: [{ type: 'text', text: 'Be brief.' }],
          messages: [
            { role: 'user', content: 'one' },
            { role: 'assistant', content: 'two' },
            { role: 'user', content: 'three' },
          ],
          metadata: { user_id: 'somebody' },
        });
        check(text.includes('three'), text);
        return headers;
      },
      async 'tool call'(model) {
        const messages = user(directed({ tool: 'get_weather', text: 'Let me look.' }));
        const tool_choice = { type: 'auto' } as const;
        const { data, text, headers } = await ask({ model, tools, tool_choice, messages });
        const [call] = calls(data.content);
        check(call?.name === 'get_weather' && text === 'Let me look.', data.content);
        checkWeather(JSON.stringify(call.input));
        check(data.stop_reason === 'tool_use', data.stop_reason);
        return headers;
      },
      async 'parallel tool calls, streamed'(model) {
        const messages = user(directed({ tools: 3 }));
        const stream = client.messages.stream({ model, max_tokens: 500, tools, messages });
        const made = calls((await stream.finalMessage()).content);
        check(new Set(made.map(({ id }) => id)).size === 3, made);
        for (const call of made) checkWeather(JSON.stringify(call.input));
        return null;
      },
      async 'tool results'(model) {
        const messages = user(directed({ tools: 2, thinking: true }));
        const { data } = await ask({ model, tools, messages });
        const results = calls(data.content).map(({ id }) => ({
          type: 'tool_result' as const,
          tool_use_id: id,
          content: 'sunny',
        }));
        check(results.length === 2, data.content);
        const after = await ask({
          model,
          tools,
          messages: [
            ...messages,
            { role: 'assistant', content: data.content },
            { role: 'user', content: results },
          ],
        });
        check(after.text.includes('sunny'), after.data);
        return after.headers;
      },
      async 'structured output'(model) {
        const { text, headers } = await ask({
          model,
          messages: user('weather?'),
          output_config: { format: { type: 'json_schema', schema: input_schema } },
        });
        checkWeather(text);
        return headers;
      },
      async thinking(model) {
        const { data, text, headers } = await ask({ model, messages: user('think'), thinking });
        const [block] = data.content;
        check(block?.type === 'thinking' && block.thinking !== '' && block.signature !== '', data);
        check(text.includes('think'), data);
        return headers;
      },
      async 'thinking, streamed'(model) {
        const messages = user('think');
        const stream = client.messages.stream({ model, max_tokens: 4000, messages, thinking });
        const { content } = await stream.finalMessage();
        check(content[0]?.type === 'thinking' && content[0].signature !== '', content);
        return null;
      },
      async vision(model) {
        const source = { type: 'base64', media_type: 'image/png', data: PIXEL } as const;
        const content = [
          { type: 'image' as const, source },
          { type: 'text' as const, text: 'What is this?' },
        ];
        const { text, headers } = await ask({ model, messages: [{ role: 'user', content }] });
        check(text.includes('1 image'), text);
        return headers;
      },
      async 'limit of output'(model) {
        const { data, headers } = await ask(
          { model, messages: user(directed({ words: 400 })) },
          20,
        );
        check(data.stop_reason === 'max_tokens', data);
        return headers;
      },
      async 'cached tokens'(model) {
        const { data, headers } = await ask({ model, messages: user(CACHED) });
        const { input_tokens, cache_read_input_tokens, output_tokens } = data.usage;
        check(input_tokens === 30 && cache_read_input_tokens === 12, data.usage);
        check(output_tokens === 7, data.usage);
        return headers;
      },
      async 'rate limit'(model) {
        const headers = await fails(() => ask({ model, messages: user(LIMITED) }), 429);
        check(headers?.get('retry-after') === '7', [...(headers ?? [])]);
        return headers;
      },
      async 'error in a stream'(model) {
        const stream = client.messages.stream({
          model,
          max_tokens: 500,
          messages: user(MIDSTREAM),
        });
        return fails(() => stream.finalMessage(), undefined);
      },
      async 'cut stream'(model) {
        const stream = client.messages.stream({ model, max_tokens: 500, messages: user(CUT) });
        return fails(() => stream.finalMessage(), undefined);
      },
    },
  };
}
