import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed, PIXEL, WEATHER_SCHEMA } from './support/ask.ts';
import { expectHeadersEqualRecord, recordOf } from './support/records.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const weatherTool = {
  type: 'function',
  function: { name: 'get_weather', parameters: WEATHER_SCHEMA },
} as const;

for (const suffix of ['/v1', '']) {
  const client = (): OpenAI =>
    new OpenAI({ apiKey: system.key, baseURL: system.baseUrl + suffix, maxRetries: 0 });
  const user = (content: string) => [{ role: 'user' as const, content }];

  describe(`the openai package, unmodified, base URL ${suffix === '' ? 'without' : 'with'} /v1`, () => {
    it('creates a chat completion, with raw headers and the routor object', async () => {
      const { data, response } = await client()
        .chat.completions.create({ model: 'flux-auto', messages: user('ping') })
        .withResponse();
      expect(data.object).toBe('chat.completion');
      expect(data.choices[0]?.message.content).toContain('ping');
      expect(data.model).toBe(response.headers.get('x-flux-model'));
      expect(data).toMatchObject({
        routor: { model: data.model, profile: 'auto', method: 'rules' },
      });
      expect(response.headers.get('x-flux-routed')).toBe('true');
      expect(response.headers.get('x-ratelimit-limit-requests')).toBeNull();
      const id = response.headers.get('x-flux-request-id') ?? '';
      expectHeadersEqualRecord(response.headers, await recordOf(system, id));
    });

    it('streams by its helper, with usage where it was asked for', async () => {
      const stream = client().chat.completions.stream({
        model: 'flux-fast',
        messages: user('ping'),
        stream_options: { include_usage: true },
      });
      const final = await stream.finalChatCompletion();
      expect(final.choices[0]?.message.content).toContain('ping');
      expect(final.usage?.completion_tokens).toBeGreaterThan(0);
    });

    it('sees no usage chunk where it did not ask for one', async () => {
      const stream = await client().chat.completions.create({
        model: 'flux-auto',
        stream: true,
        messages: user('ping'),
      });
      let chunks = 0;
      for await (const chunk of stream) {
        chunks++;
        expect(chunk.choices).not.toHaveLength(0);
      }
      expect(chunks).toBeGreaterThan(2);
    });

    it('gets the cost in the usage chunk where it asks for it, equal to the record', async () => {
      const { data, response } = await client()
        .chat.completions.create(
          { model: 'flux-auto', stream: true, messages: user('ping') },
          { headers: { 'X-Flux-Stream-Cost': 'usage' } },
        )
        .withResponse();
      let flux: { cost_usd?: string; request_id?: string; model?: string } | undefined;
      for await (const chunk of data) flux = (chunk as { flux?: typeof flux }).flux ?? flux;
      const id = response.headers.get('x-flux-request-id') ?? '';
      const record = await recordOf(system, id);
      expect(flux).toEqual({ cost_usd: record['costUsd'], request_id: id, model: record['model'] });
    });

    it('calls tools, in parallel, streamed and not, and answers their results', async () => {
      const ask = {
        model: 'flux-standard',
        tools: [weatherTool],
        messages: user(directed({ tools: 2 })),
      };
      const whole = await client().chat.completions.create(ask);
      const calls = whole.choices[0]?.message.tool_calls ?? [];
      expect(calls).toHaveLength(2);
      const streamed = await client().chat.completions.stream(ask).finalChatCompletion();
      expect(streamed.choices[0]?.message.tool_calls).toHaveLength(2);
      const [call] = calls;
      if (call?.type !== 'function') throw new Error('no function call');
      expect(JSON.parse(call.function.arguments)).toMatchObject({ unit: 'c' });
      const after = await client().chat.completions.create({
        model: 'flux-standard',
        tools: [weatherTool],
        messages: [
          ...ask.messages,
          whole.choices[0]?.message ?? { role: 'assistant', content: '' },
          ...calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'sunny' })),
        ],
      });
      expect(after.choices[0]?.message.content).toContain('sunny');
    });

    it('sends images and gets JSON by a schema', async () => {
      const answer = await client().chat.completions.create({
        model: 'flux-standard',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
            ],
          },
        ],
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'weather', schema: WEATHER_SCHEMA, strict: true },
        },
      });
      expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toHaveProperty('city');
    });

    it('creates and streams responses', async () => {
      const whole = await client().responses.create({ model: 'flux-auto', input: 'ping' });
      expect(whole.output_text).toContain('ping');
      expect(whole).toMatchObject({ status: 'completed', routor: { method: 'rules' } });
      const stream = client().responses.stream({ model: 'flux-auto', input: 'ping' });
      const final = await stream.finalResponse();
      expect(final.output_text).toContain('ping');
    });

    it('continues an answer of its own by previous_response_id', async () => {
      const first = await client().responses.create({ model: 'gpt-5.4', input: 'one' });
      const next = await client().responses.create({
        model: 'gpt-5.4',
        input: 'two',
        previous_response_id: first.id,
      });
      expect(next.status).toBe('completed');
      await expect(
        client().responses.create({
          model: 'gpt-5.4',
          input: 'two',
          previous_response_id: 'resp_of_somebody_else',
        }),
      ).rejects.toMatchObject({ status: 404, param: 'previous_response_id' });
    });

    it('lists models and retrieves one by any of its names', async () => {
      const ids: string[] = [];
      for await (const model of client().models.list()) ids.push(model.id);
      expect(ids).toContain('flux-auto');
      expect(ids.filter((id) => id.startsWith('flux-pinned-'))).toHaveLength(37);
      expect((await client().models.retrieve('flux-pinned-gpt-5.4')).id).toBe(
        'flux-pinned-gpt-5.4',
      );
      expect((await client().models.retrieve('anthropic/flux-auto')).id).toBe('flux-auto');
      await expect(client().models.retrieve('nope')).rejects.toMatchObject({ status: 404 });
    });

    it('serves a pin by no other model', async () => {
      const { data, response } = await client()
        .chat.completions.create({ model: 'flux-pinned-gpt-5.4', messages: user('ping') })
        .withResponse();
      expect(data.model).toBe('gpt-5.4');
      expect(response.headers.get('x-flux-routed')).toBe('false');
      const failing = client().chat.completions.create({
        model: 'flux-pinned-gpt-5.4',
        messages: user(directed({ status: 500 })),
      });
      const error = await failing.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ status: 502, code: 'upstream_failed' });
      const record = await recordOf(system, (error as { requestID: string }).requestID);
      expect(new Set(record['attempts'].map((each: { model: string }) => each.model))).toEqual(
        new Set(['gpt-5.4']),
      );
    });

    it('tells errors in a way that the SDK understands', async () => {
      const wrongKey = new OpenAI({
        apiKey: 'sk-flux-nope',
        baseURL: system.baseUrl,
        maxRetries: 0,
      });
      await expect(
        wrongKey.chat.completions.create({ model: 'flux-auto', messages: user('x') }),
      ).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
      const unknown = client().chat.completions.create({ model: 'gtp-5.4', messages: user('x') });
      await expect(unknown).rejects.toMatchObject({
        status: 404,
        code: 'model_not_found',
        param: 'model',
        message: expect.stringMatching(/gpt-5\.4.*flux-auto.*\(request req_/),
      });
      const empty = client().chat.completions.create({ model: 'flux-auto', messages: [] });
      await expect(empty).rejects.toMatchObject({ status: 400, param: 'messages' });
      const stream = await client().chat.completions.create({
        model: 'flux-auto',
        stream: true,
        messages: user(directed({ words: 20, die: { afterChunks: 5, how: 'end' } })),
      });
      await expect(async () => {
        for await (const _chunk of stream);
      }).rejects.toBeInstanceOf(OpenAI.APIError);
    });
  });
}
