import type { RunningSystem } from '@fluxrouter/testing';
import OpenAI from 'openai';
import { directed, PIXEL, WEATHER_SCHEMA } from '../ask.ts';
import {
  CACHED,
  CUT,
  check,
  checkWeather,
  type FeatureClient,
  fails,
  LIMITED,
  MIDSTREAM,
} from './feature.ts';

export function chatFeatures(
  system: RunningSystem,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): FeatureClient {
  const client = new OpenAI({
    apiKey: system.key,
    baseURL: `${system.baseUrl}/v1`,
    maxRetries: 0,
    fetch,
  });
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
