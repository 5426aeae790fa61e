import Anthropic from '@anthropic-ai/sdk';
import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed, PIXEL, WEATHER_SCHEMA } from './support/ask.ts';
import { expectHeadersEqualRecord, recordOf } from './support/records.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const clients = {
  'x-api-key under /anthropic': () =>
    new Anthropic({ apiKey: system.key, baseURL: `${system.baseUrl}/anthropic`, maxRetries: 0 }),
  'a bearer token under /anthropic': () =>
    new Anthropic({
      apiKey: null,
      authToken: system.key,
      baseURL: `${system.baseUrl}/anthropic`,
      maxRetries: 0,
    }),
  'no prefix': () => new Anthropic({ apiKey: system.key, baseURL: system.baseUrl, maxRetries: 0 }),
};

const tools = [
  { name: 'get_weather', input_schema: { ...WEATHER_SCHEMA, required: ['city', 'unit'] } },
];
const user = (content: string) => [{ role: 'user' as const, content }];
const base = { model: 'flux-auto', max_tokens: 500 };

for (const [name, client] of Object.entries(clients)) {
  describe(`the @anthropic-ai/sdk package, unmodified, with ${name}`, () => {
    it('creates a message, with raw headers and the routor object', async () => {
      const { data, response } = await client()
        .messages.create({ ...base, messages: user('ping') })
        .withResponse();
      expect(data.content[0]).toMatchObject({
        type: 'text',
        text: expect.stringContaining('ping'),
      });
      expect(data).toMatchObject({
        model: response.headers.get('x-flux-model'),
        routor: { profile: 'auto' },
      });
      const id = response.headers.get('x-flux-request-id') ?? '';
      expectHeadersEqualRecord(response.headers, await recordOf(system, id));
    });

    it('streams by its helper', async () => {
      const stream = client().messages.stream({ ...base, messages: user('ping') });
      expect(await stream.finalText()).toContain('ping');
      const final = await stream.finalMessage();
      expect(final.stop_reason).toBe('end_turn');
      expect(final.usage.output_tokens).toBeGreaterThan(0);
      const id = stream.request_id ?? '';
      expect(await recordOf(system, id)).toMatchObject({
        stream: true,
        outcome: 'completed',
      });
    });

    it('calls tools and answers their results, streamed and not', async () => {
      const ask = { ...base, tools, messages: user(directed({ tools: 2 })) };
      const whole = await client().messages.create(ask);
      const calls = whole.content.filter((block) => block.type === 'tool_use');
      expect(calls).toHaveLength(2);
      const streamed = await client().messages.stream(ask).finalMessage();
      expect(streamed.content.filter((block) => block.type === 'tool_use')).toHaveLength(2);
      const after = await client().messages.create({
        ...base,
        tools,
        messages: [
          ...ask.messages,
          { role: 'assistant', content: whole.content },
          {
            role: 'user',
            content: calls.map(({ id }) => ({
              type: 'tool_result' as const,
              tool_use_id: id,
              content: 'sunny',
            })),
          },
        ],
      });
      expect(JSON.stringify(after.content)).toContain('sunny');
    });

    it('sends images and thinks', async () => {
      const answer = await client().messages.create({
        model: 'claude-opus-4-8',
        max_tokens: 3000,
        thinking: { type: 'enabled', budget_tokens: 1024 },
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
              { type: 'text', text: 'What is this?' },
            ],
          },
        ],
      });
      expect(answer.content.map((block) => block.type)).toEqual(['thinking', 'text']);
      expect(answer.model).toBe('claude-opus-4.8');
    });

    it('tells errors in a way that the SDK understands', async () => {
      const unknown = client().messages.create({
        ...base,
        model: 'claude-opus-9',
        messages: user('x'),
      });
      await expect(unknown).rejects.toBeInstanceOf(Anthropic.NotFoundError);
      const error = await client()
        .messages.create({ ...base, messages: user(directed({ status: 529 })) })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        status: 529,
        error: { type: 'error', error: { type: 'overloaded_error' } },
      });
      const budget = client().messages.create({
        ...base,
        thinking: { type: 'enabled', budget_tokens: 1024 },
        messages: user('x'),
      });
      await expect(budget).rejects.toBeInstanceOf(Anthropic.BadRequestError);
      const stream = client().messages.stream({
        ...base,
        messages: user(directed({ words: 20, die: { afterChunks: 5, how: 'end' } })),
      });
      await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError);
    });

    it('finds models whose ids a Claude client keeps', async () => {
      const ids: string[] = [];
      for await (const { id } of client().models.list({ limit: 5 })) ids.push(id);
      if (name === 'no prefix') return;
      for (const id of ['anthropic/flux-auto', 'claude-opus-4.8', 'anthropic/gpt-5.4']) {
        expect(ids).toContain(id);
      }
      expect(ids.join()).not.toContain('image');
      expect(ids.every((id) => id.startsWith('claude') || id.startsWith('anthropic'))).toBe(true);
      expect((await client().models.retrieve('anthropic/flux-auto')).id).toBe(
        'anthropic/flux-auto',
      );
    });
  });
}
