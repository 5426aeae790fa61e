import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { providers } from './providers.ts';
import {
  chat,
  chatPath,
  credentials,
  type Json,
  messages,
  messagesPath,
  responses,
  responsesPath,
  useSandbox,
} from './test-client.ts';

const { command, post, sandbox, url } = useSandbox();

describe('credentials', () => {
  test.each(providers.map(({ name, paths }) => [name, Object.keys(paths)[0]]))(
    '%s wants one and refuses a bad one',
    async (name, path) => {
      const body = name === 'anthropic' ? messages('x') : chat('x');
      const without = { authorization: '', 'x-api-key': '' };
      expect((await post(`/${name}${path}`, body, without)).status).toBe(401);
      const bad = { authorization: 'Bearer sandbox-bad-key', 'x-api-key': 'sandbox-bad-key' };
      expect((await post(`/${name}${path}`, body, bad)).status).toBe(401);
      expect((await post(`/${name}${path}`, body)).status).toBe(200);
    },
  );

  test('Anthropic also wants its version', async () => {
    const reading = await post(messagesPath, messages('x'), { 'anthropic-version': '' });
    expect(reading.status).toBe(400);
    expect(reading.text).toContain('anthropic-version');
  });
});

describe('errors are worded as the vendor does', () => {
  const message = 'Slow down.';
  const shapes: Record<string, unknown> = {
    openai: { error: { message, type: 'requests', param: null, code: 'rate_limit_exceeded' } },
    anthropic: {
      type: 'error',
      error: { type: 'rate_limit_error', message },
      request_id: expect.stringMatching(/^req_/),
    },
    google: [{ error: { code: 429, message, status: 'RESOURCE_EXHAUSTED' } }],
    xai: { code: 'Some resource has been exhausted', error: message },
    deepseek: { error: { message, type: 'requests', param: null, code: 'rate_limit_exceeded' } },
    mistral: {
      object: 'error',
      message,
      type: 'requests',
      param: null,
      code: 'rate_limit_exceeded',
      raw_status_code: 429,
    },
    moonshot: { error: { message, type: 'rate_limit_reached_error' } },
    zai: { error: { code: 'rate_limit_exceeded', message } },
    minimax: {
      type: 'error',
      error: { type: 'rate_limit_error', message, http_code: '429' },
      request_id: expect.any(String),
    },
    alibaba: {
      error: { message, type: 'requests', param: null, code: 'rate_limit_exceeded' },
      request_id: expect.any(String),
    },
    groq: { error: { message, type: 'requests', code: 'rate_limit_exceeded' } },
  };

  test.each(providers.map(({ name, paths }) => [name, Object.keys(paths)[0]]))(
    '%s',
    async (name, path) => {
      const prompt = command({ status: 429, errorMessage: message, retryAfter: 7 });
      const body = name === 'anthropic' ? messages(prompt) : chat(prompt);
      const reading = await post(`/${name}${path}`, body);
      expect(reading.status).toBe(429);
      expect(reading.headers.get('retry-after')).toBe('7');
      expect(JSON.parse(reading.text)).toEqual(shapes[name]);
    },
  );

  test('a code is a type with Anthropic', async () => {
    const prompt = command({ status: 529, errorCode: 'overloaded_error' });
    const { error } = JSON.parse((await post(messagesPath, messages(prompt))).text);
    expect(error.type).toBe('overloaded_error');
    const { error: openai } = JSON.parse((await post(chatPath, chat(prompt))).text);
    expect(openai.code).toBe('overloaded_error');
  });
});

describe('what no vendor has', () => {
  test.each([
    ['/anthropic/v1/chat/completions', 'anthropic'],
    ['/google/v1/messages', 'google'],
    ['/groq/v1/responses', 'groq'],
    ['/nobody/v1/chat/completions', 'openai'],
  ])('%s is a 404 of %s', async (path, name) => {
    const reading = await post(path, chat('x'));
    expect(reading.status).toBe(404);
    const body = JSON.parse(reading.text);
    expect(Array.isArray(body)).toBe(name === 'google');
    expect(body.type).toBe(name === 'anthropic' ? 'error' : undefined);
  });

  test('a wrong method is a 405', async () => {
    expect((await fetch(url(chatPath), { headers: credentials })).status).toBe(405);
    expect((await post('/openai/v1/models', {})).status).toBe(405);
  });

  test.each([
    [chatPath, chat('x', { model: 'sandbox-no-such-model' })],
    [responsesPath, responses('x', { model: 'sandbox-no-such-model' })],
    [messagesPath, messages('x', { model: 'sandbox-no-such-model' })],
  ])('an unknown model on %s', async (path, body) => {
    const reading = await post(path, body);
    expect(reading.status).toBe(404);
    expect(reading.text).toContain('sandbox-no-such-model');
  });

  test.each([chatPath, responsesPath, messagesPath, '/google/v1/chat/completions'])(
    'a body that is no JSON object on %s',
    async (path) => {
      for (const body of ['{"model": ', '[]', '', '"x"']) {
        expect((await post(path, body)).status).toBe(400);
      }
    },
  );

  test('an unknown directive names the known ones', async () => {
    const reading = await post(messagesPath, messages(command({ sleep: 1 })));
    expect(reading.status).toBe(400);
    expect(reading.text).toMatch(/'sleep'.*chunkDelayMs.*splitBytes/);
  });
});

describe('headers', () => {
  test('OpenAI’s', async () => {
    const { headers } = await post(chatPath, chat('x'));
    expect(headers.get('x-request-id')).toMatch(/^req_/);
    expect(headers.get('openai-version')).toBe('2020-10-01');
    expect(headers.get('openai-processing-ms')).toMatch(/^\d+$/);
    expect(headers.get('x-ratelimit-limit-requests')).toBe('10000');
    expect(headers.get('set-cookie')).toContain('__cf_bm');
  });

  test('Anthropic’s, also on errors', async () => {
    for (const prompt of ['x', command({ status: 500 })]) {
      const { headers } = await post(messagesPath, messages(prompt));
      expect(headers.get('request-id')).toMatch(/^req_/);
      expect(headers.get('anthropic-ratelimit-requests-reset')).toMatch(/^\d{4}-.*Z$/);
      expect(headers.get('x-should-retry')).toBe(prompt === 'x' ? null : 'true');
    }
  });
});

describe('models', () => {
  test('in OpenAI’s shape, any id', async () => {
    const list = await (await fetch(url('/openai/v1/models'), { headers: credentials })).json();
    expect(list).toMatchObject({ object: 'list', data: [{ object: 'model' }, {}, {}, {}] });
    const path = url('/openai/v1/models/a%2Fb');
    const one = await (await fetch(path, { headers: credentials })).json();
    expect(one).toMatchObject({ id: 'a/b', object: 'model' });
  });

  test('in Anthropic’s shape', async () => {
    const path = url('/anthropic/v1/models?limit=1000');
    const list = await (await fetch(path, { headers: credentials })).json();
    expect(list).toMatchObject({ has_more: false, first_id: 'claude-haiku-4-5' });
  });
});

describe('echo', () => {
  test('of the headers, without credentials', async () => {
    const prompt = command({ echoHeaders: true });
    const more = { 'anthropic-beta': 'some-beta', cookie: 'secret=1' };
    const { text } = await post(`${messagesPath}?beta=true`, messages(prompt), more);
    const echo = JSON.parse(JSON.parse(text).content[0].text);
    expect(echo).toMatchObject({
      method: 'POST',
      path: `${messagesPath}?beta=true`,
      headers: {
        'anthropic-beta': 'some-beta',
        'x-api-key': '[present]',
        authorization: '[present]',
        cookie: '[present]',
      },
      bodyKeys: ['model', 'max_tokens', 'messages'],
    });
  });

  test('of the body, to the byte', async () => {
    const prompt = command({ echoBody: true });
    const body = `{ "model":"m" ,"max_tokens":5, "messages":[{"role":"user","content":${JSON.stringify(prompt)}}], "ü": 1e2 }`;
    const { text } = await post(chatPath, body);
    expect(JSON.parse(JSON.parse(text).choices[0].message.content)).toEqual({
      sha256: createHash('sha256').update(body).digest('hex'),
      bytes: Buffer.byteLength(body),
      bodyKeys: ['model', 'max_tokens', 'messages', 'ü'],
    });
  });
});

describe('images', () => {
  test('are made, n of them, and counted', async () => {
    const body = { model: 'gpt-image-1', prompt: 'a cat', n: 2 };
    const { text } = await post('/openai/v1/images/generations', body);
    const image = JSON.parse(text);
    expect(image.data).toHaveLength(2);
    const bytes = Buffer.from(image.data[0].b64_json, 'base64');
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(image.usage).toMatchObject({ input_tokens: 2, output_tokens: 2112, total_tokens: 2114 });
  });

  test('fail as commanded', async () => {
    const body = { model: 'gpt-image-1', prompt: command({ status: 503 }) };
    expect((await post('/openai/v1/images/generations', body)).status).toBe(503);
  });
});

describe('the operator’s paths', () => {
  test('health and book', async () => {
    await post(chatPath, chat('the words of a prompt'));
    const health: Json = await (await fetch(url('/sandbox/health'))).json();
    const { ok, served } = health;
    expect(ok).toBe(true);
    expect(served).toBe(sandbox().book().length);
    const page = await fetch(url(`/sandbox/book?since=${served - 2}&limit=1`));
    const lines = (await page.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).seq)).toEqual([served - 1]);
    const last = sandbox().book().at(-1);
    expect(last).toMatchObject({
      seq: served,
      provider: 'openai',
      dialect: 'openai-chat',
      requestedModel: 'gpt-5-mini',
      bodyId: expect.stringMatching(/^chatcmpl-/),
      upstreamRequestId: expect.stringMatching(/^req_/),
      stream: false,
      status: 200,
      outcome: 'completed',
      usage: { prompt_tokens: expect.any(Number) },
    });
    expect(JSON.stringify(last)).not.toContain('words');
    expect((await fetch(url('/sandbox/other'))).status).toBe(404);
  });

  test('a model that is no name is not booked', async () => {
    await post(chatPath, chat('x', { model: 'words of a prompt' }));
    expect(sandbox().book().at(-1)?.requestedModel).toBeNull();
  });
});

test('a client that leaves in mid-request harms nobody', async () => {
  const socket = connect(sandbox().port, '127.0.0.1');
  socket.write(
    `POST ${chatPath} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\ncontent-length: 99\r\n\r\n{`,
  );
  await new Promise((resolve) => socket.once('ready', resolve));
  socket.destroy();
  expect((await post(chatPath, chat('x'))).status).toBe(200);
});

test('a connection is kept alive', async () => {
  const { headers } = await post(chatPath, chat('x'));
  expect(headers.get('keep-alive')).toBe('timeout=900');
});
