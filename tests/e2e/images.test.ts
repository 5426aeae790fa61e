import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed } from './support/ask.ts';
import { bookOf } from './support/book.ts';
import { chat, messages, responses } from './support/dialects.ts';
import { type Answer, send } from './support/http-client.ts';
import { expectHeadersEqualRecord, expectRoutorHeaders, recordOf } from './support/records.ts';
import { framesOf } from './support/sse.ts';

const PATH = '/v1/images/generations';
/** nano-banana-2.1: $0.0336 an image and $1.50 per 1M tokens in (catalogue, models.json). */
const costOf = (images: number, input: number) =>
  String(Number((images * 0.0336 + (input * 1.5) / 1e6).toFixed(12)));

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ env: { FIRST_REQUEST: 'off', DEBUG_ROUTING: '1' } });
});
afterAll(() => system?.stop());

const recordFor = ({ headers }: Answer) => recordOf(system, headers.get('x-flux-request-id') ?? '');

function expectPng(base64: string): void {
  expect(Buffer.from(base64, 'base64').subarray(1, 4).toString()).toBe('PNG');
}

describe('POST /v1/images/generations', () => {
  it('makes images with flux-image, priced by image, with headers and a record as elsewhere', async () => {
    for (const path of [PATH, '/images/generations', '/v1/v1/images/generations']) {
      const body = { model: 'flux-image', prompt: 'a red fox', n: 2 };
      const answer = await send(system, path, { body });
      expect(answer.status).toBe(200);
      expect(answer.json.data).toHaveLength(2);
      for (const { b64_json } of answer.json.data) expectPng(b64_json);
      const record = await recordFor(answer);
      expectHeadersEqualRecord(answer.headers, record);
      expectRoutorHeaders(answer.headers, record);
      expect(record).toMatchObject({
        dialect: 'openai-images',
        lane: 'image',
        model: 'nano-banana-2.1',
        routed: true,
        outcome: 'completed',
        savingsPct: null,
        usage: { images: 2, output: 0, source: 'provider' },
      });
      expect(record['costUsd']).toBe(costOf(2, record['usage'].input));
      expect(answer.json.routor).toMatchObject({ model: 'nano-banana-2.1', savingsPct: null });
    }
  });

  it('serves a pin as that model and no other; one without a price is refused', async () => {
    const pin = await send(system, PATH, {
      body: { model: 'flux-pinned-nano-banana-2.1', prompt: 'a fox' },
    });
    expect(pin.headers.get('x-flux-routed')).toBe('false');
    const before = bookOf(system).length;
    for (const [body, status, code] of [
      [{ model: 'gpt-image-1', prompt: 'a fox' }, 400, 'unpriced_feature'],
      [{ model: 'flux-image', prompt: 'a fox', quality: 'hd' }, 400, 'unpriced_feature'],
      [{ model: 'flux-image', prompt: 'a fox', stream: true }, 400, 'invalid_field'],
      [{ model: 'flux-image' }, 400, 'missing_field'],
      [{ model: 'flux-fast', prompt: 'a fox' }, 400, 'image_not_available'],
      [{ model: 'flux-imagine', prompt: 'a fox' }, 404, 'model_not_found'],
    ] as const) {
      const refused = await send(system, PATH, { body });
      expect([refused.status, refused.json.error.code]).toEqual([status, code]);
      expect(await recordFor(refused)).toMatchObject({ outcome: 'refused', costUsd: '0' });
    }
    expect(bookOf(system)).toHaveLength(before);
  });

  it('counts what a provider does not report', async () => {
    const prompt = directed({ usage: 'none' }, 'a fox ');
    const answer = await send(system, PATH, { body: { model: 'flux-image', prompt } });
    const record = await recordFor(answer);
    expect(record['usage']).toMatchObject({ images: 1, source: 'partial' });
    expect(record['usage'].input).toBeGreaterThan(3);
    expect(record['costUsd']).toBe(costOf(1, record['usage'].input));
  });

  it('is what the openai package calls images.generate', async () => {
    const client = new OpenAI({
      apiKey: system.key,
      baseURL: `${system.baseUrl}/v1`,
      maxRetries: 0,
    });
    const made = await client.images.generate({ model: 'flux-image', prompt: 'a fox' });
    expectPng(made.data?.[0]?.b64_json ?? '');
  });
});

describe('flux-image as the model of another endpoint', () => {
  it('makes an image from the last words of a chat', async () => {
    const body = {
      model: 'flux-image',
      n: 2,
      messages: [
        { role: 'system', content: 'You draw.' },
        { role: 'user', content: 'a red fox' },
      ],
    };
    const answer = await send(system, chat.path, { body });
    expect(answer.status).toBe(200);
    expect(answer.json.choices).toHaveLength(2);
    const [{ message }] = answer.json.choices;
    expectPng(message.images[0].image_url.url.replace('data:image/png;base64,', ''));
    const record = await recordFor(answer);
    expectHeadersEqualRecord(answer.headers, record);
    expect(record).toMatchObject({
      dialect: 'openai-chat',
      lane: 'image',
      bodyId: answer.json.id,
      usage: { images: 2 },
      notes: ['dropped:earlier_turns'],
    });
    expect(record['costUsd']).toBe(costOf(2, record['usage'].input));
    expect(answer.json.routor.model).toBe(answer.json.model);
    const [found] = (await send(system, `/v1/requests?any=${answer.json.id}`)).json.data;
    expect(found.id).toBe(record['id']);
  });

  it('makes one for a response, whole and by the helpers of the openai package', async () => {
    const client = new OpenAI({
      apiKey: system.key,
      baseURL: `${system.baseUrl}/v1`,
      maxRetries: 0,
    });
    const whole = await client.responses.create({ model: 'flux-image', input: 'a red fox' });
    const [call] = whole.output;
    if (call?.type !== 'image_generation_call') throw new Error('no image');
    expectPng(call.result ?? '');
    const stream = client.responses.stream({ model: 'flux-image', input: 'a red fox' });
    const streamed = await stream.finalResponse();
    expect(streamed.output[0]).toMatchObject({
      type: 'image_generation_call',
      result: call.result,
    });
  });

  it('streams in chat as a stream ends there, with the cost where it is wished for', async () => {
    const answer = await send(system, chat.path, {
      body: chat.ask('a red fox', { model: 'flux-image', stream: true }),
      headers: { 'x-flux-stream-cost': 'usage' },
    });
    const frames = framesOf(answer.text);
    expect(chat.isComplete(frames)).toBe(true);
    const record = await recordFor(answer);
    expect(record).toMatchObject({ stream: true, outcome: 'completed' });
    expect(chat.finalUsageEvent(frames)).toMatchObject({ flux: { cost_usd: record['costUsd'] } });
  });

  it('tells of a provider that fails as the dialect does', async () => {
    for (const dialect of [chat, responses]) {
      const failed = await send(system, dialect.path, {
        body: dialect.ask(directed({ status: 500 }), { model: 'flux-image', stream: true }),
      });
      expect(failed.status).toBe(502);
      expect(await recordFor(failed)).toMatchObject({ outcome: 'failed', costUsd: '0' });
    }
  });

  it('is refused in messages with the path that makes images, and for more than words', async () => {
    const refused = await send(system, messages.path, {
      body: messages.ask('a fox', { model: 'flux-image' }),
    });
    expect(refused.status).toBe(400);
    expect(refused.json.error.message).toContain('/v1/images/generations');
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
    const mixed = await send(system, chat.path, {
      body: { model: 'flux-image', messages: [{ role: 'user', content: [image] }] },
    });
    expect([mixed.status, mixed.json.error.code]).toEqual([400, 'capability_not_available']);
  });
});
