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
