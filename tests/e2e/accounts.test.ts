import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed } from './support/ask.ts';
import { booked, bookOf } from './support/book.ts';
import { chat, clientDialects, messages, responses } from './support/dialects.ts';
import { type Answer, open, send } from './support/http-client.ts';
import {
  type Customer,
  firstCustomer,
  makeCustomer,
  makeKey,
  operator,
} from './support/operators.ts';
import { type RecordJson, recordOf } from './support/records.ts';
import { framesOf } from './support/sse.ts';

let system: RunningSystem;
let first: Customer;
let second: Customer;

beforeAll(async () => {
  system = await startSystem({ env: { FIRST_REQUEST: 'off' } });
  first = firstCustomer(system);
  second = await makeCustomer(system, 'second');
});
afterAll(() => system?.stop());

const revoke = ({ account, keyId }: Customer) =>
  operator(system, 'DELETE', `/accounts/${account}/keys/${keyId}`);

const idOf = ({ headers }: { headers: Headers }) => headers.get('x-flux-request-id') ?? '';

async function ask(customer: Customer, more: object = {}, headers: Record<string, string> = {}) {
  const answer = await send(customer, responses.path, {
    body: responses.ask('ping', { model: 'gpt-5.4', ...more }),
    headers,
  });
  return { answer, record: await recordOf(customer, idOf(answer)) };
}

describe('what one account does', () => {
  let answer: Answer;
  let record: RecordJson;
  beforeAll(async () => {
    ({ answer, record } = await ask(
      first,
      {},
      { 'x-client-request-id': 'job-1', 'x-flux-tags': 'team=search' },
    ));
  });

  it('is of that account and key', () => {
    expect(record).toMatchObject({ account: first.account, key: first.keyId });
    expect(record['bodyId']).toBe(answer.json.id);
  });

  it('is found by its own key by each of its ids', async () => {
    for (const id of [record['id'], record['bodyId'], record['upstreamId'], 'job-1']) {
      const { json } = await send(first, `/v1/requests?any=${id}`);
      expect(json.data.map((each: RecordJson) => each['id'])).toEqual([record['id']]);
    }
  });

  it('is not to be seen by another account, by whatever way', async () => {
    // 202 says that an id may yet come; it says so of ids that nobody has, too.
    const byId = await send(second, `/v1/requests/${record['id']}`);
    expect([202, 404]).toContain(byId.status);
    expect(byId.text).not.toContain(first.account);
    for (const id of [record['id'], record['bodyId'], record['upstreamId'], 'job-1']) {
      const { json } = await send(second, `/v1/requests?any=${id}`);
      expect(json.data).toEqual([]);
    }
    for (const query of [
      '',
      '?tag=team:search',
      `?key=${first.keyId}`,
      `?account=${first.account}`,
    ]) {
      const { json } = await send(second, `/v1/requests${query}`);
      for (const each of json.data) expect(each.account).toBe(second.account);
    }
    const usage = await send(
      second,
      `/v1/usage?group_by=key&granularity=total&account=${first.account}`,
    );
    expect(usage.text).not.toContain(first.keyId);
  });

  it('does not share its Idempotency-Keys', async () => {
    const headers = { 'idempotency-key': 'same' };
    const mine = await ask(first, {}, headers);
    const theirs = await ask(second, {}, headers);
    expect([mine.answer.status, theirs.answer.status]).toEqual([200, 200]);
    expect((await ask(first, {}, headers)).answer.status).toBe(409);
  });

  it('may use its client ids at the same time as others use theirs', async () => {
    const headers = { 'x-client-request-id': 'shared-job' };
    const mine = await ask(first, {}, headers);
    const theirs = await ask(second, {}, headers);
    for (const [customer, { record }] of [
      [first, mine],
      [second, theirs],
    ] as const) {
      const { json } = await send(customer, '/v1/requests?any=shared-job');
      expect(json.data.map((each: RecordJson) => each['id'])).toEqual([record['id']]);
    }
  });
});

describe('things that a provider keeps', () => {
  it('are for the account that got them', async () => {
    const { answer } = await ask(first);
    const previous_response_id = answer.json.id;
    const before = bookOf(system).length;
    for (const stream of [false, true]) {
      const foreign = await ask(second, { previous_response_id, stream });
      expect(foreign.answer.status).toBe(404);
      expect(foreign.answer.json.error).toMatchObject({
        code: 'provider_id_not_found',
        param: 'previous_response_id',
      });
    }
    expect(bookOf(system)).toHaveLength(before);
    expect((await ask(first, { previous_response_id })).answer.status).toBe(200);
    const streamed = await ask(first, { previous_response_id, stream: true });
    expect(streamed.answer.status).toBe(200);
  });

  it('are known after a restart, from the records', async () => {
    const { answer } = await ask(first);
    const pid = system.kill('gateway');
    await system.restartOf('gateway', pid);
    const previous_response_id = answer.json.id;
    expect((await ask(second, { previous_response_id })).answer.status).toBe(404);
    expect((await ask(first, { previous_response_id })).answer.status).toBe(200);
  });

  it('are refused where nobody got them here', async () => {
    const foreign: readonly [typeof chat, object][] = [
      [responses, { conversation: 'conv_1' }],
      [responses, { prompt: { id: 'pmpt_1' } }],
      [responses, { input: [{ type: 'item_reference', id: 'msg_1' }] }],
      [
        messages,
        {
          messages: [
            {
              role: 'user',
              content: [{ type: 'document', source: { type: 'file', file_id: 'file_1' } }],
            },
          ],
        },
      ],
      [messages, { container: 'container_1' }],
      [
        chat,
        {
          messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }],
        },
      ],
    ];
    for (const [dialect, more] of foreign) {
      for (const customer of [first, second]) {
        const body = dialect.ask('x', more);
        const { status, json } = await send(customer, dialect.path, { body });
        expect(status).toBe(404);
        expect(dialect.codeOf(json)).toBe('provider_id_not_found');
      }
    }
  });
});

describe('a revoked key', () => {
  it('is refused by every way in', async () => {
    const customer = await makeCustomer(system, 'leaving');
    const stays = await makeKey(system, customer.account, 'stays');
    expect((await revoke(customer)).status).toBe(200);
    await until(
      'the key to be refused',
      async () => (await send(customer, '/v1/models')).status === 401,
    );
    for (const dialect of clientDialects) {
      const answer = await send(customer, dialect.path, { body: dialect.ask('x') });
      expect(answer.status).toBe(401);
      expect(dialect.codeOf(answer.json)).toBe('invalid_api_key');
    }
    const anthropics = await send(customer, messages.path, {
      key: null,
      headers: { 'x-api-key': customer.key },
      body: messages.ask('x'),
    });
    expect(anthropics.status).toBe(401);
    for (const path of ['/v1/requests', '/v1/usage', '/v1/models', '/anthropic/v1/models']) {
      expect((await send(customer, path)).status).toBe(401);
    }
    expect((await ask(stays)).answer.status).toBe(200);
  });

  it('ends its running streams in the error of their dialects, charged for what came', async () => {
    const customer = await makeCustomer(system, 'streaming');
    const stays = await makeKey(system, customer.account, 'stays');
    const endless = directed({ endless: true, chunkDelayMs: 50 });
    const begin = (dialect: (typeof clientDialects)[number], who: Customer) =>
      open(who, dialect.path, { body: dialect.ask(endless, { stream: true }) });
    const running = await Promise.all(clientDialects.map((dialect) => begin(dialect, customer)));
    const other = await begin(chat, stays);
    await Promise.all(
      running.map((answer, index) =>
        answer.readUntil((text) => {
          const words = clientDialects[index]?.streamedText(framesOf(text)) ?? '';
          return words.split(' ').length > 5;
        }),
      ),
    );
    await revoke(customer);
    const ended = await Promise.all(running.map((answer) => answer.readAll()));
    for (const [index, dialect] of clientDialects.entries()) {
      const answer = ended[index] as Answer;
      const frames = framesOf(answer.text);
      expect(dialect.endsInError(frames)).toBe(true);
      expect(frames.at(-1)?.data).toMatch(/revoked.*\(request req_/);
      const record = await recordOf(stays, idOf(answer));
      expect(record).toMatchObject({
        outcome: 'cut',
        errorCode: 'key_revoked',
        key: customer.keyId,
      });
      expect(Number(record['costUsd'])).toBeGreaterThan(0);
      expect(await booked(system, record['upstreamId'])).toMatchObject({ outcome: 'client_gone' });
    }
    const before = other.received().length;
    await until('the other key to go on', () => other.received().length > before + 500);
    other.leave();
  });

  it('stays revoked after a restart of everything that knows keys', async () => {
    const customer = await makeCustomer(system, 'gone');
    await revoke(customer);
    for (const name of ['control', 'gateway']) await system.restartOf(name, system.kill(name));
    expect((await send(customer, '/v1/models')).status).toBe(401);
    expect((await send(first, '/v1/models')).status).toBe(200);
    const again = await revoke(customer);
    expect(again).toMatchObject({ status: 200, body: { state: 'revoked' } });
  });
});

describe('operators', () => {
  it('are those with the operator key, on the admin ports only', async () => {
    const paths = [
      ['control', 'POST', '/accounts'],
      ['control', 'GET', `/accounts/${first.account}`],
      ['control', 'GET', `/accounts/${first.account}/keys`],
      ['control', 'DELETE', `/accounts/${first.account}/keys/${first.keyId}`],
      ['gateway', 'GET', '/requests?any=x'],
      ['gateway', 'GET', '/requests'],
    ] as const;
    for (const [at, method, path] of paths) {
      for (const key of [null, '', 'wrong', system.key, `${system.operatorKey}x`]) {
        const answer = await operator(system, method, path, { at, key });
        expect(answer.status).toBe(401);
        expect(JSON.stringify(answer.body)).not.toContain(first.account);
      }
      const onApi = await send(first, `/admin/v1${path}`, { method, key: system.operatorKey });
      expect(onApi.status).toBe(404);
    }
    expect((await send(first, '/v1/models')).status).toBe(200);
    expect((await send(first, '/v1/models', { key: system.operatorKey })).status).toBe(401);
    expect((await send(first, '/metrics')).status).toBe(404);
  });

  it("find any account's record by each of its four ids, with what the provider cost", async () => {
    const mine = await ask(first, {}, { 'x-client-request-id': 'ops-1' });
    const theirs = await ask(second, {}, { 'x-client-request-id': 'ops-2' });
    for (const { record } of [mine, theirs]) {
      for (const id of ['id', 'bodyId', 'upstreamId', 'clientRequestId']) {
        const { status, body } = await operator(system, 'GET', `/requests?any=${record[id]}`, {
          at: 'gateway',
        });
        expect(status).toBe(200);
        expect(body.data).toHaveLength(1);
        expect(body.data[0]).toMatchObject(record);
        expect(body.data[0].providerCostUsd).toBe(record['directCostUsd']);
      }
      expect(record).not.toHaveProperty('providerCostUsd');
    }
    const none = await operator(system, 'GET', '/requests?any=nothing', { at: 'gateway' });
    expect(none).toMatchObject({ status: 200, body: { data: [] } });
  });

  it('find what was refused for want of a key', async () => {
    const refused = await send(first, chat.path, { key: 'sk-flux-wrong', body: chat.ask('x') });
    const [record] = await until('the record of a keyless request', async () => {
      const { body } = await operator(system, 'GET', `/requests?any=${idOf(refused)}`, {
        at: 'gateway',
      });
      return body.data.length > 0 && (body.data as RecordJson[]);
    });
    expect(record).toMatchObject({ account: null, key: null, outcome: 'refused', status: 401 });
    const byHolder = await send(first, `/v1/requests?any=${idOf(refused)}`);
    expect(byHolder.json.data).toEqual([]);
    const list = await send(first, '/v1/requests?outcome=refused&error_code=invalid_api_key');
    expect(list.json.data).toEqual([]);
  });

  it('leave a trace of what they look at', async () => {
    await operator(system, 'GET', '/requests?any=traced-look-up', { at: 'gateway' });
    await until('the audit line', () =>
      system
        .said()
        .split('\n')
        .some((line) => line.includes('-audit') && line.includes('traced-look-up')),
    );
    expect(system.said()).not.toContain(system.operatorKey);
  });

  it('see of keys what may be seen', async () => {
    const { body } = await operator(system, 'GET', `/accounts/${second.account}/keys`);
    expect(body.data).toMatchObject([{ id: second.keyId, state: 'active' }]);
    expect(JSON.stringify(body)).not.toContain(second.key);
    expect(second.key).toMatch(/^sk-flux-[0-9A-Za-z]{38}$/);
    expect(second.key.startsWith(body.data[0].display.replace(/[^A-Za-z0-9-].*$/, ''))).toBe(true);
  });
});
