import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, sendRaw } from './support/raw-http.ts';
import { recordOf } from './support/records.ts';

let system: RunningSystem;
let gatewayPid: number | undefined;

beforeAll(async () => {
  system = await startSystem({
    env: {
      BODY_BYTES: '100k',
      JSON_DEPTH: '32',
      HEADER_BYTES: '8k',
      HEADERS_TIMEOUT: '500ms',
      REQUEST_TIMEOUT: '1s',
    },
  });
  gatewayPid = system.pids()['gateway'];
});
afterAll(() => system.stop());

async function send(
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<{
  status: number;
  headers: Headers;
  body: { error: Record<string, string>; type?: string };
}> {
  const response = await fetch(system.baseUrl + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${system.key}`,
      'content-type': 'application/json',
      ...headers,
    },
    body,
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as never,
  };
}

const chat = '/v1/chat/completions';
const messages = '/anthropic/v1/messages';
const good = JSON.stringify({ model: 'flux-auto', messages: [{ role: 'user', content: 'x' }] });
const auth = () => `authorization: Bearer ${system.key}`;

describe('bad input gets a clear error in the dialect, and a record', () => {
  const cases: [string, string, string | Uint8Array, number, string][] = [
    ['not JSON', chat, '{"model": "flux-auto", ', 400, 'invalid_json'],
    ['nothing', chat, '', 400, 'invalid_json'],
    ['an array', chat, '[]', 400, 'invalid_json'],
    [
      'no UTF-8',
      chat,
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      400,
      'invalid_utf8',
    ],
    [
      'two models',
      chat,
      '{"model":"flux-auto","model":"gpt-5.4","messages":[]}',
      400,
      'duplicate_member',
    ],
    [
      'deep nesting',
      chat,
      `{"model":"flux-auto","messages":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
      400,
      'json_too_deep',
    ],
    ['no model', chat, '{"messages":[{"role":"user","content":"x"}]}', 400, 'missing_field'],
    [
      'a model that is a number',
      chat,
      '{"model":7,"messages":[{"role":"user","content":"x"}]}',
      400,
      'invalid_field',
    ],
    [
      'a model named like a member of every object',
      chat,
      '{"model":"constructor","messages":[{"role":"user","content":"x"}]}',
      404,
      'model_not_found',
    ],
    [
      '__proto__ as the model',
      chat,
      '{"model":"__proto__","messages":[{"role":"user","content":"x"}]}',
      404,
      'model_not_found',
    ],
    ['no messages', chat, '{"model":"flux-auto"}', 400, 'missing_field'],
    [
      'a hosted tool',
      '/v1/responses',
      '{"model":"flux-auto","input":"x","tools":[{"type":"web_search"}]}',
      400,
      'unpriced_feature',
    ],
    [
      'a foreign file id',
      '/v1/responses',
      '{"model":"flux-auto","input":[{"role":"user","content":[{"type":"input_file","file_id":"file-1"}]}]}',
      404,
      'provider_id_not_found',
    ],
    [
      'too large a body',
      chat,
      JSON.stringify({ model: 'flux-auto', pad: 'x'.repeat(200_000) }),
      413,
      'body_too_large',
    ],
  ];
  for (const [name, path, body, status, code] of cases) {
    it(name, async () => {
      const answer = await send(path, body);
      expect(answer.body.error).toMatchObject({ code });
      expect(answer.status).toBe(status);
      const id = answer.headers.get('x-flux-request-id') ?? '';
      expect(answer.body.error['message']).toMatch(new RegExp(`\\(request ${id}\\)$`));
      expect(answer.headers.get('x-flux-cost-usd')).toBe('0');
      expect(answer.headers.get('x-flux-routed')).toBe('false');
      const record = await recordOf(system, id);
      expect(record).toMatchObject({ outcome: 'refused', status, errorCode: code, costUsd: '0' });
    });
  }

  it('names the three nearest models on every path that takes a name, whatever the name is made of', async () => {
    const nearest = /^There is no such model\. Nearest: \S+, \S+, \S+, flux-auto\. \(request req_/;
    for (const model of ['gpt-nothing', ' flux-auto', 'mödel', '', 'x'.repeat(200), 'a\u0000b']) {
      const body = JSON.stringify({ ...JSON.parse(good), model, max_tokens: 9 });
      for (const path of [chat, messages, `${messages}/count_tokens`, '/v1/routing/debug']) {
        const answer = await send(path, body);
        expect(answer.status).toBe(404);
        expect(answer.body.error['message']).toMatch(nearest);
      }
    }
    for (const path of ['/v1/models/gpt-nothing', '/anthropic/v1/models/gpt-nothing']) {
      const response = await fetch(system.baseUrl + path, {
        headers: { 'x-api-key': system.key, authorization: `Bearer ${system.key}` },
      });
      expect(response.status).toBe(404);
      const { error } = (await response.json()) as { error: Record<string, string> };
      expect(error['message']).toMatch(nearest);
    }
  });

  it('tells Anthropic’s clients in Anthropic’s shape', async () => {
    const answer = await send(messages, good);
    expect(answer.body).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringContaining('max_tokens') },
      request_id: answer.headers.get('request-id'),
    });
    const lost = await fetch(`${system.baseUrl}/anthropic/v1/nothing`);
    expect(await lost.json()).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  });

  it('refuses keys that are missing, wrong, malformed or in the query', async () => {
    const codes: (string | undefined)[] = [];
    for (const [path, headers] of [
      [chat, {}],
      [chat, { authorization: 'Bearer sk-flux-wrong' }],
      [chat, { authorization: 'Basic abc' }],
      [`${chat}?api_key=${system.key}`, { authorization: `Bearer ${system.key}` }],
    ] as const) {
      const response = await fetch(system.baseUrl + path, { method: 'POST', headers, body: good });
      expect(response.status).toBe(401);
      expect(response.headers.get('x-flux-request-id')).toMatch(/^req_/);
      codes.push(((await response.json()) as { error: { code: string } }).error.code);
    }
    expect(codes).toEqual([
      'missing_api_key',
      'invalid_api_key',
      'missing_api_key',
      'key_in_query',
    ]);
  });

  it('takes the paths that people type, and 404s the others', async () => {
    for (const path of [
      '/chat/completions',
      '/v1/v1/chat/completions',
      '//v1/chat/completions',
      `${chat}?beta=true`,
    ]) {
      expect((await send(path, good)).status).toBe(200);
    }
    for (const path of ['/', '/anthropic']) {
      const { status, headers } = await fetch(system.baseUrl + path, { method: 'HEAD' });
      expect(status).toBe(200);
      const id = headers.get('x-flux-request-id');
      expect(id).toMatch(/^req_/);
      expect([headers.get('x-request-id'), headers.get('request-id')]).toEqual([id, id]);
    }
    for (const [method, path] of [
      ['GET', chat],
      ['OPTIONS', messages],
      ['PUT', `${messages}/count_tokens`],
    ] as const) {
      const { status, headers } = await fetch(system.baseUrl + path, { method });
      expect([status, headers.get('allow')]).toEqual([405, 'POST']);
    }
    expect((await fetch(`${system.baseUrl}/v1/%E0%A4%A`)).status).toBe(404);
    expect((await fetch(`${system.baseUrl}/v1/nothing`)).status).toBe(404);
  });

  it('checks a header of the client against its grammar before it goes anywhere', async () => {
    const tagged = await send(chat, good, { 'x-flux-tags': 'team=<script>' });
    expect(tagged).toMatchObject({ status: 400, body: { error: { code: 'invalid_header' } } });
    const odd = await send(chat, good, {
      'x-client-request-id': 'a b"c',
      'x-flux-tags': 'team=search,feature=chat',
    });
    const record = await recordOf(system, odd.headers.get('x-flux-request-id') ?? '');
    expect(record).toMatchObject({
      clientRequestId: null,
      tags: { team: 'search', feature: 'chat' },
    });
  });
});

describe('what cannot even be read as HTTP', () => {
  it('a declared 10 GB is refused at once, and its body is not waited for', async () => {
    const answer = await sendRaw(system.baseUrl, (socket) =>
      socket.write(post(chat, [auth(), 'content-length: 10000000000'], '{"model":')),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('body_too_large');
  });

  it('an endless chunked body ends at the limit', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const answer = await sendRaw(system.baseUrl, (socket) => {
      socket.write(post(chat, [auth(), 'transfer-encoding: chunked']));
      const more = (): void => {
        // The gateway closes on us: writing into that is what this test is about.
        if (socket.writable) socket.write(chunk, (error) => error ?? setImmediate(more));
      };
      more();
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('a slow head and a slow body get 408', async () => {
    const slowHead = await sendRaw(system.baseUrl, (socket) =>
      socket.write('POST / HTTP/1.1\r\nhost: x\r\n'),
    );
    expect(slowHead).toMatch(/^HTTP\/1\.1 408 /);
    const slowBody = await sendRaw(system.baseUrl, (socket) =>
      socket.write(post(chat, [auth(), 'content-length: 100'], '{')),
    );
    expect(slowBody).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('too large a head gets 431, noise 400', async () => {
    const large = await sendRaw(system.baseUrl, (socket) =>
      socket.write(post(chat, [`x-large: ${'x'.repeat(20_000)}`])),
    );
    expect(large).toMatch(/^HTTP\/1\.1 431 /);
    const noise = await sendRaw(system.baseUrl, (socket) =>
      socket.write('\x16\x03\x01 hello\r\n\r\n'),
    );
    expect(noise).toMatch(/^HTTP\/1\.1 400 /);
    const smuggled = await sendRaw(system.baseUrl, (socket) =>
      socket.write(
        post(chat, [auth(), 'content-length: 5', 'transfer-encoding: chunked'], '0\r\n\r\n'),
      ),
    );
    expect(smuggled).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('takes a target in absolute form, and no expectation but one', async () => {
    const end = ['connection: close', `content-length: ${Buffer.byteLength(good)}`];
    const absolute = await sendRaw(system.baseUrl, (socket) =>
      socket.write(post(`http://elsewhere${chat}?beta=true`, [auth(), ...end], good)),
    );
    expect(absolute).toMatch(/^HTTP\/1\.1 200 /);
    const expecting = await sendRaw(system.baseUrl, (socket) =>
      socket.write(post(messages, [auth(), 'expect: a-miracle', ...end], good)),
    );
    expect(expecting).toMatch(/^HTTP\/1\.1 417 /);
    expect(expecting).toMatch(/x-flux-request-id: req_/i);
    expect(expecting).toContain('"type":"error"');
  });

  it('an encoding that changes nothing is none', async () => {
    for (const encoding of ['identity', 'Identity', '']) {
      expect((await send(chat, good, { 'content-encoding': encoding })).status).toBe(200);
    }
  });

  it('gzip is refused, never inflated', async () => {
    const answer = await send(chat, good, { 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({
      status: 415,
      body: { error: { code: 'unsupported_media_type' } },
    });
  });

  it('has not taken the gateway down', async () => {
    expect(system.pids()['gateway']).toBe(gatewayPid);
    expect((await send(chat, good)).status).toBe(200);
  });
});
