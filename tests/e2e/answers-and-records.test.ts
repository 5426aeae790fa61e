import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed } from './support/ask.ts';
import { chat, clientDialects, messages } from './support/dialects.ts';
import { open, send } from './support/http-client.ts';
import { expectHeadersEqualRecord, expectRoutorHeaders, recordOf } from './support/records.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({
    env: { FIRST_REQUEST: 'off', DEBUG_ROUTING: '1', ATTEMPT_RETRIES: '0' },
  });
});
afterAll(() => system?.stop());

const idOf = ({ headers }: { headers: Headers }) => headers.get('x-flux-request-id') ?? '';
const recordFor = (answer: { headers: Headers }) => recordOf(system, idOf(answer));
const get = (path: string) => send(system, path);

/** `req_` and a ULID of that time. */
function idAt(ms: number): string {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let time = '';
  for (let rest = ms; time.length < 10; rest = Math.floor(rest / 32)) {
    time = digits[rest % 32] + time;
  }
  return `req_${time}ABCDEFGHJKMNPQRS`;
}

describe('the routor object and its headers', () => {
  it('say what the record says, in each dialect', async () => {
    for (const dialect of clientDialects) {
      for (const model of [
        'flux-auto',
        'flux-reasoning',
        dialect === messages ? 'claude-opus-5' : 'gpt-5.4',
      ]) {
        const answer = await send(system, dialect.path, {
          body: dialect.ask('Prove it.', { model }),
        });
        const record = await recordFor(answer);
        expectRoutorHeaders(answer.headers, record);
        expect(answer.headers.has('x-routor-savings')).toBe(true);
        const { model: served, tier, profile, confidence, savingsPct, method } = record;
        expect(answer.json.routor).toEqual({
          model: served,
          tier,
          profile,
          confidence,
          savingsPct,
          method,
        });
      }
    }
  });

  it('say nothing of savings where nothing was used, as the record does', async () => {
    for (const dialect of clientDialects) {
      const answer = await send(system, dialect.path, {
        body: dialect.ask(directed({ usage: 'zero' }), { model: 'flux-auto' }),
      });
      const record = await recordFor(answer);
      expect(record['savingsPct']).toBeNull();
      expect(answer.json.routor.savingsPct).toBeNull();
      expectRoutorHeaders(answer.headers, record);
    }
  });

  it('say where a conversation keeps a tier', async () => {
    const hard =
      'Prove the theorem that every finite division ring is a field, step by step, rigorously.';
    const turns = [
      { role: 'user', content: hard },
      { role: 'assistant', content: 'Let D be a finite division ring.' },
      { role: 'user', content: 'go on' },
    ];
    const answer = await send(system, chat.path, { body: chat.ask('', { messages: turns }) });
    const record = await recordFor(answer);
    expectRoutorHeaders(answer.headers, record);
    expect(answer.headers.get('x-routor-history-floor')).not.toBeNull();
  });

  it('do not come with refusals', async () => {
    const answer = await send(system, chat.path, { body: chat.ask('x', { model: 'none' }) });
    expect([...answer.headers.keys()].filter((name) => name.startsWith('x-routor'))).toEqual([]);
  });
});

describe('a refusal', () => {
  const cases: readonly [string, object, Record<string, string>, string | null][] = [
    ['an unknown model', { model: 'gtp-5' }, {}, 'gtp-5'],
    ['no model name at all', { model: 'write me a poem' }, {}, null],
    ['a missing field', { messages: undefined, model: 'flux-auto' }, {}, 'flux-auto'],
    ['bad tags', {}, { 'x-flux-tags': 'Team=Search' }, null],
    [
      'too many tags',
      {},
      { 'x-flux-tags': Array.from({ length: 9 }, (_, n) => `t${n}=1`).join() },
      null,
    ],
    ['an unpriced feature', { service_tier: 'priority' }, {}, 'flux-auto'],
  ];
  it.each(cases)(
    'for %s is a record, and each header equals its field',
    async (_name, more, headers, model) => {
      for (const stream of [false, true]) {
        const answer = await send(system, chat.path, {
          body: chat.ask('x', { ...more, stream }),
          headers,
        });
        expect([400, 404]).toContain(answer.status);
        const record = await recordFor(answer);
        expectHeadersEqualRecord(answer.headers, record);
        expect(record).toMatchObject({
          originalModel: model,
          model: null,
          routedModel: null,
          routed: false,
          outcome: 'refused',
          status: answer.status,
          costUsd: '0',
          attempts: [],
          usage: { source: 'none' },
        });
        expect(answer.headers.get('x-flux-cost-usd')).toBe('0');
        expect(answer.json.error.message).toMatch(new RegExp(`\\(request ${idOf(answer)}\\)$`));
      }
    },
  );

  it('of a key that is none is told to nobody but operators', async () => {
    const answer = await send(system, chat.path, { key: 'sk-flux-none', body: chat.ask('x') });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="FluxRouter"');
    await expect(recordOf(system, idOf(answer), 1_500)).rejects.toThrow('202');
  });
});

describe('an id that is not there yet', () => {
  it('is pending for a minute, then unknown', async () => {
    const young = await get(`/v1/requests/${idAt(Date.now() - 50_000)}`);
    expect(young).toMatchObject({ status: 202, json: { state: 'pending' } });
    expect(young.headers.get('retry-after')).toBe('1');
    const old = await get(`/v1/requests/${idAt(Date.now() - 70_000)}`);
    expect(old.status).toBe(404);
    for (const id of [
      'req_x',
      'chatcmpl-1',
      idAt(Date.now()).slice(0, -1),
      idAt(Date.now()).toLowerCase(),
    ]) {
      expect((await get(`/v1/requests/${id}`)).status).toBe(404);
    }
  });

  it('is pending while its stream runs, then there', async () => {
    const answer = await open(system, chat.path, {
      body: chat.ask(directed({ words: 5, chunkDelayMs: 500 }), { stream: true }),
    });
    expect((await get(`/v1/requests/${idOf(answer)}`)).status).toBe(202);
    await answer.readAll();
    expect(await recordFor(answer)).toMatchObject({ outcome: 'completed' });
  });
});

describe('an Idempotency-Key', () => {
  const ask = (key: string, text: string, more: object = {}) =>
    send(system, chat.path, {
      body: chat.ask(text, { model: 'gpt-5.4', ...more }),
      headers: { 'idempotency-key': key },
    });

  it('with another body is 422', async () => {
    expect((await ask('one', 'a')).status).toBe(200);
    const answer = await ask('one', 'b');
    expect(answer.status).toBe(422);
    expect(answer.json.error.code).toBe('idempotency_conflict');
    expect(answer.headers.get('x-should-retry')).toBe('false');
    expect(await recordFor(answer)).toMatchObject({ outcome: 'refused', costUsd: '0' });
  });

  it('of a request that has finished is 409 and names it', async () => {
    for (const stream of [false, true]) {
      const key = `finished-${stream}`;
      const first = await ask(key, 'a', { stream });
      const answer = await ask(key, 'a', { stream });
      expect(answer.status).toBe(409);
      expect(answer.headers.get('x-should-retry')).toBe('false');
      expect(answer.headers.has('retry-after')).toBe(false);
      expect(answer.json.error.code).toBe('idempotency_finished');
      expect(answer.json.error.message).toContain(idOf(first));
    }
  });

  it('of a request that runs is 409, to be tried again in a second', async () => {
    const text = directed({ endless: true, chunkDelayMs: 100 });
    const running = await open(system, chat.path, {
      body: chat.ask(text, { model: 'gpt-5.4', stream: true }),
      headers: { 'idempotency-key': 'running' },
    });
    const answer = await ask('running', text, { stream: true });
    expect(answer.status).toBe(409);
    expect(answer.headers.get('x-should-retry')).toBe('true');
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.json.error.code).toBe('idempotency_in_progress');
    running.leave();
  });

  it('lets one of many at a time through', async () => {
    const text = directed({ headDelayMs: 300 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('race', text)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
  });

  it('may be used again where the request failed and cost nothing', async () => {
    const text = directed({ status: 500, failTimes: 1, failKey: 'idempotent' });
    expect((await ask('again', text)).status).toBe(502);
    expect((await ask('again', text)).status).toBe(200);
    expect((await ask('again', text)).status).toBe(409);
  });

  it('that is none is refused', async () => {
    for (const key of ['', 'x'.repeat(256), 'two words']) {
      expect((await ask(key, 'a')).status).toBe(400);
    }
  });
});
