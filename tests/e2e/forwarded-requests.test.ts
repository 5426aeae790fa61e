import { createHash } from 'node:crypto';
import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientDialect, chat, clientDialects, messages } from './support/dialects.ts';
import { send } from './support/http-client.ts';
import { seededRandom } from './support/random.ts';
import { type OwnUpstream, startUpstream } from './support/upstream.ts';

let system: RunningSystem;
let upstream: OwnUpstream;
beforeAll(async () => {
  upstream = await startUpstream();
  system = await startSystem({
    env: {
      FIRST_REQUEST: 'off',
      OPENAI_API_KEY: 'key-of-ours',
      OPENAI_BASE_URL: upstream.baseUrl,
      ANTHROPIC_API_KEY: 'key-of-ours',
      ANTHROPIC_BASE_URL: upstream.origin,
    },
  });
});
afterAll(async () => {
  await system?.stop();
  await upstream?.close();
});

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

describe('a request reaches upstream byte for byte', () => {
  const answers: Readonly<Record<ClientDialect['name'], string>> = {
    'openai-chat':
      '{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}',
    'openai-responses':
      '{"id":"r","model":"m","status":"completed","output":[],"usage":{"input_tokens":1,"output_tokens":1}}',
    'anthropic-messages':
      '{"id":"m","type":"message","role":"assistant","model":"m","content":[],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}',
  };
  const models: Readonly<Record<ClientDialect['name'], readonly [string, string]>> = {
    'openai-chat': ['flux-pinned-gpt-5.4', 'gpt-5.4'],
    'openai-responses': ['openai/gpt-5.4', 'gpt-5.4'],
    'anthropic-messages': ['anthropic/claude-opus-4.8', 'claude-opus-4-8'],
  };
  const required: Readonly<Record<ClientDialect['name'], string>> = {
    'openai-chat': '"messages" : [ {"role":"user","content":"x"}]',
    'openai-responses': '"input":\t"x"',
    'anthropic-messages': '"max_tokens":16 ,"messages":[{"role":"user","content":"x" }]',
  };

  /** What upstream got of a body. */
  async function forwarded(
    dialect: ClientDialect,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ) {
    upstream.answer((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(answers[dialect.name]),
    );
    const before = upstream.requests.length;
    const answer = await send(system, dialect.path, { body, headers });
    expect(answer.status, answer.text).toBe(200);
    expect(upstream.requests).toHaveLength(before + 1);
    const got = upstream.requests.at(-1);
    if (got === undefined) throw new Error('nothing came');
    return { ...got, text: got.body.toString(), answer };
  }

  const oddMembers: readonly [string, string][] = [
    ['whitespace', ' \r\n\t"a" \n:\t[ 1 ,\r\n2 ] '],
    ['integer-like names in their order', '"10":1,"9":2,"1":3'],
    ['members that are there twice, further in', '"d":{"dup":1,"dup":{"dup":2},"dup":null}'],
    ['large and precise numbers', '"x":[12345678901234567890,1e400,-0,0.10,1E+2,5e-324]'],
    ['escapes', '"e":"\\u0041\\/\\b\\f\\n\\r\\t\\"\\\\\\ud83d\\ude00"'],
    ['escapes in a name', '"\\u00e9\\n":"m"'],
    [
      'emoji, U+2028 and combining marks',
      '"u":"\u{1f600}\u2028\u2029e\u0301\u0000b"'.replace('\u0000', ''),
    ],
    ['a lone surrogate, escaped', '"s":"\\ud800"'],
    ['words that look like ours', '"t":"\\"model\\":\\"flux-auto\\" routor_tier"'],
    ['members named like those of every object', '"__proto__":{"model":"x"},"constructor":1'],
    ['models inside', '"deep":{"model":"flux-auto","stream":true,"routor_tier":"NANO"}'],
    ['an empty name', '"":""'],
  ];
  for (const dialect of clientDialects) {
    const [sent, upstreamName] = models[dialect.name];
    for (const [name, members] of oddMembers) {
      it(`${dialect.name}: ${name}`, async () => {
        const body = (model: string) =>
          `\n {${members}, "model"\t:  "${model}" , ${required[dialect.name]} }\r\n`;
        expect((await forwarded(dialect, body(sent))).text).toBe(body(upstreamName));
        const modelLast = (model: string) =>
          `{${required[dialect.name]},${members},"model":"${model}"}`;
        expect((await forwarded(dialect, modelLast(sent))).text).toBe(modelLast(upstreamName));
      });
    }
  }

  it('whatever JSON a client may write', async () => {
    const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
    const scalar = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String),
      fc.constantFrom('true', 'false', 'null', '1E-7', '"\\u00e9"', '{}', '[ ]'),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        scalar,
        fc
          .tuple(blank, fc.array(fc.tuple(tie('value'), blank), { maxLength: 4 }))
          .map(([space, items]) => `[${space}${items.map((item) => item.join('')).join(',')}]`),
        fc
          .array(fc.tuple(fc.string(), blank, tie('value')), { maxLength: 4 })
          .map(
            (members) =>
              `{${members.map(([key, space, inner]) => `${space}${JSON.stringify(key)}${space}:${space}${inner}`).join(',')}}`,
          ),
      ),
    }));
    const member = fc.tuple(fc.stringMatching(/^[a-z0-9_.é]{1,8}$/), blank, value);
    // A member of the body itself that is there twice is refused.
    const members = fc
      .uniqueArray(member, { maxLength: 6, selector: ([key]) => key })
      .map((all) =>
        all.map(([key, space, inner]) => `${space}"x${key}"${space}:${space}${inner}${space}`),
      );
    const [sent, upstreamName] = models['openai-chat'];
    await fc.assert(
      fc.asyncProperty(members, fc.nat(), async (members, place) => {
        const body = (model: string) => {
          const all = [...members, required['openai-chat']];
          all.splice(place % (all.length + 1), 0, `"model":"${model}"`);
          return `{${all.join(',')}}`;
        };
        expect((await forwarded(chat, body(sent))).text).toBe(body(upstreamName));
      }),
      { numRuns: 100, seed: 42 },
    );
  });

  it('but for our own fields, wherever they stand', async () => {
    const own = [
      '"routor_tier" : "COMPLEX"',
      '"routor_profile":"tier"',
      '"routor_max_cost":1',
      '"routor_tier_floor":"NANO"',
    ];
    const rest = [required['openai-chat'], '"model":"flux-pinned-gpt-5.4"', '"a":1', '"b":[ 2 ]'];
    const random = seededRandom(3);
    for (let round = 0; round < 12; round += 1) {
      const members = [...rest];
      for (const field of own)
        members.splice(Math.floor(random() * (members.length + 1)), 0, field);
      const { text } = await forwarded(chat, `{ ${members.join(' , ')} }`);
      expect(text).not.toContain('routor');
      const kept = members
        .filter((member) => !own.includes(member))
        .map((member) => member.replace('flux-pinned-gpt-5.4', 'gpt-5.4'));
      // The blanks around what is taken out go with it or stay.
      expect(text.replaceAll(/\s/g, '')).toBe(`{${kept.join(',')}}`.replaceAll(/\s/g, ''));
      for (const member of kept) expect(text).toContain(member);
    }
  });

  it('but for the usage that a stream is asked for', async () => {
    const streamed = async (options: string) => {
      upstream.answer((_request, response) =>
        response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end(
            'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
          ),
      );
      const body = `{"model":"gpt-5.4",${required['openai-chat']},"stream":true${options}}`;
      const { status } = await send(system, chat.path, { body });
      expect(status).toBe(200);
      return { body, text: upstream.requests.at(-1)?.body.toString() ?? '' };
    };
    const plain = await streamed('');
    expect(plain.text.replace(',"stream_options":{"include_usage":true}', '')).toBe(plain.body);
    expect(plain.text).not.toBe(plain.body);
    const other = await streamed(',"stream_options": {"include_obfuscation":false }');
    expect(JSON.parse(other.text).stream_options).toEqual({
      include_obfuscation: false,
      include_usage: true,
    });
    expect(other.text.replace(/,\s*"include_usage":true/, '')).toBe(other.body);
    const no = await streamed(',"stream_options":{ "include_usage" : false}');
    expect(no.text).toBe(no.body.replace('false}', 'true}'));
    const asked = await streamed(', "stream_options":{"include_usage":true}');
    expect(asked.text).toBe(asked.body);
  });

  it('or not at all, where two readers could read it differently', async () => {
    const before = upstream.requests.length;
    for (const members of ['"dup":1,"dup":2', '"\\u006dodel":"gpt-5.4"', '"\\u0074ools":[]']) {
      const body = `{"model":"gpt-5.4",${required['openai-chat']},${members}}`;
      expect((await send(system, chat.path, { body })).status).toBe(400);
    }
    expect(upstream.requests).toHaveLength(before);
  });

  it('a body of 8 MB with an image in it', async () => {
    const image = `data:image/png;base64,${'A'.repeat(8_000_000)}`;
    const body = (model: string) =>
      `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"${image}"}}]}],"model":"${model}"}`;
    const { text } = await forwarded(chat, body('flux-pinned-gpt-5.4'));
    expect(sha256(text)).toBe(sha256(body('gpt-5.4')));
  });

  it('with those headers of the client only that are listed', async () => {
    const listed = {
      accept: 'application/json',
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'fine-grained-tool-streaming-2025-05-14,context-1m-2025-08-07',
      'openai-beta': 'assistants=v2',
    };
    const kept = {
      cookie: 'session=1',
      'openai-organization': 'org-1',
      'openai-project': 'proj-1',
      'x-forwarded-for': '10.0.0.1',
      'x-client-request-id': 'job-1',
      'x-flux-tags': 'team=search',
      'x-stainless-retry-count': '1',
      'proxy-authorization': 'Basic x',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'x-unknown': 'x',
    };
    for (const dialect of clientDialects) {
      const body = JSON.stringify(dialect.ask('x', { model: models[dialect.name][0] }));
      const got = await forwarded(dialect, body, { ...listed, ...kept });
      expect(got.headers).toMatchObject(listed);
      const auth = dialect === messages ? 'x-api-key' : 'authorization';
      const ours = [
        'host',
        'connection',
        'content-length',
        'content-type',
        'accept-encoding',
        'user-agent',
      ];
      expect(Object.keys(got.headers).sort()).toEqual(
        [...Object.keys(listed), ...ours, auth].sort(),
      );
      expect(got.headers[auth]).toContain('key-of-ours');
      expect(JSON.stringify(got.headers)).not.toContain(system.key);
      expect(got.headers['user-agent']).toBe('fluxrouter/0.1');
    }
  });

  it('and nothing of upstream’s headers comes back but what is listed', async () => {
    upstream.answer((_request, response) =>
      response
        .writeHead(200, {
          'content-type': 'application/json; charset=utf-8',
          'openai-processing-ms': '12',
          'openai-version': '2020-10-01',
          'openai-organization': 'our-organisation',
          'set-cookie': 'a=b',
          'x-request-id': 'req_of_theirs',
          'request-id': 'req_of_theirs',
          'x-ratelimit-remaining-requests': '3',
          'anthropic-ratelimit-requests-remaining': '3',
          'retry-after': '9',
          server: 'cloudflare',
          'cf-ray': 'x',
          'x-unknown': 'x',
        })
        .end(answers['openai-chat']),
    );
    const { headers } = await send(system, chat.path, {
      body: chat.ask('x', { model: 'gpt-5.4' }),
    });
    expect([...headers.keys()].filter((name) => !name.startsWith('x-flux-')).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'date',
      'openai-processing-ms',
      'openai-version',
      'request-id',
      'x-request-id',
    ]);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-request-id')).toBe(headers.get('x-flux-request-id'));
  });
});
