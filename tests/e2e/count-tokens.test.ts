import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PIXEL, WEATHER_SCHEMA } from './support/ask.ts';
import { bookOf } from './support/book.ts';
import { messages } from './support/dialects.ts';
import { send } from './support/http-client.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ env: { FIRST_REQUEST: 'off' } });
});
afterAll(() => system?.stop());

const PATHS = [
  '/anthropic/v1/messages/count_tokens',
  '/anthropic/messages/count_tokens',
  '/v1/messages/count_tokens',
  '/anthropic/v1/messages/count_tokens?beta=true',
];

async function count(more: object, path = PATHS[0] as string): Promise<number> {
  const { max_tokens: _, ...body } = messages.ask('Hello, world', more);
  const answer = await send(system, path, { body });
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.json)).toEqual(['input_tokens']);
  return answer.json.input_tokens;
}

describe('count_tokens', () => {
  it('answers on every path that people type, without a provider and without a record', async () => {
    const before = bookOf(system).length;
    const counts = await Promise.all(PATHS.map((path) => count({}, path)));
    expect(new Set(counts).size).toBe(1);
    expect(counts[0]).toBeGreaterThan(2);
    expect(counts[0]).toBeLessThan(30);
    const answer = await send(system, PATHS[0] as string, { body: messages.ask('x') });
    expect(answer.headers.get('request-id')).toMatch(/^req_/);
    expect(answer.headers.get('x-flux-model')).toBeNull();
    expect(bookOf(system)).toHaveLength(before);
    const { json } = await send(system, '/v1/requests');
    expect(json.data).toEqual([]);
  });

  it('counts all that the model will read', async () => {
    const plain = await count({});
    const words = 'some more words to be read '.repeat(40);
    const tool = { name: 'weather', description: words, input_schema: WEATHER_SCHEMA };
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: PIXEL },
    };
    const turn = (content: unknown) => ({ messages: [{ role: 'user', content }] });
    expect(await count({ system: words })).toBeGreaterThan(plain + 150);
    expect(await count({ tools: [tool] })).toBeGreaterThan(plain + 150);
    expect(await count(turn([{ type: 'text', text: 'Hello, world' }]))).toBe(plain);
    expect(await count(turn([{ type: 'text', text: 'Hello, world' }, image]))).toBeGreaterThan(
      plain + 50,
    );
  });

  it('is near what the provider would have counted', async () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(100);
    const turn = { messages: [{ role: 'user', content: text }] };
    const counted = await count({ ...turn, model: 'claude-opus-4-8' });
    expect(counted).toBeGreaterThan(900);
    expect(counted).toBeLessThan(1_500);
  });

  it('takes the names that messages take, and says in Anthropic’s words what is wrong', async () => {
    for (const model of ['flux-auto', 'anthropic/flux-auto', 'claude-opus-4-8-20260101']) {
      expect(await count({ model })).toBeGreaterThan(2);
    }
    const at = PATHS[0] as string;
    const unknown = await send(system, at, { body: messages.ask('x', { model: 'gpt-nothing' }) });
    expect([unknown.status, unknown.json.error.type]).toEqual([404, 'not_found_error']);
    const invalid = await send(system, at, { body: messages.ask('x', { messages: [] }) });
    expect([invalid.status, invalid.json.error.type]).toEqual([400, 'invalid_request_error']);
    const keyless = await send(system, at, { key: null, body: messages.ask('x') });
    expect([keyless.status, keyless.json.error.type]).toEqual([401, 'authentication_error']);
    const byHeader = await send(system, at, {
      key: null,
      headers: { 'x-api-key': system.key },
      body: messages.ask('x'),
    });
    expect(byHeader.status).toBe(200);
    const get = await send(system, at, { method: 'GET' });
    expect([get.status, get.json.type]).toEqual([405, 'error']);
  });
});
