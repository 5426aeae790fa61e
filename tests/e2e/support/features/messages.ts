import Anthropic from '@anthropic-ai/sdk';
import type { RunningSystem } from '@fluxrouter/testing';
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
