import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canary, found, foundCanaries, words } from './support/canaries.ts';
import { type ClientDialect, chat, messages, responses } from './support/dialects.ts';
import { fullAnswer, fullRequest, fullStream } from './support/full-exchanges.ts';
import { type Answer, open, type Sending, send } from './support/http-client.ts';
import { clickHouseRows, filesBelow, type Kept, sqliteRowsBelow } from './support/kept-data.ts';
import { post, sendRaw } from './support/raw-http.ts';
import { recordOf } from './support/records.ts';
import { type OwnUpstream, startUpstream } from './support/upstream.ts';

/** Of the grammar of names and ids: it is kept. If the search does not find it, it finds nothing. */
const KEPT = 'zqkept-by-right';

let system: RunningSystem;
let upstream: OwnUpstream;
let dataDir: string;
const seen: Kept[] = [];
const note = (place: string, text: string) => seen.push({ place, bytes: Buffer.from(text) });

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'flux-content-'));
  upstream = await startUpstream();
  system = await startSystem({
    dataDir,
    env: {
      LOG_LEVEL: 'trace',
      DEBUG_ROUTING: '1',
      FIRST_REQUEST: 'off',
      BODY_BYTES: '200k',
      SANDBOX_PROVIDER: 'on',
      OPENAI_API_KEY: canary('openai key'),
      OPENAI_BASE_URL: upstream.baseUrl,
      ANTHROPIC_API_KEY: canary('anthropic key'),
      ANTHROPIC_BASE_URL: upstream.origin,
    },
  });
});
afterAll(async () => {
  await system?.stop();
  await upstream?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const upstreamHeaders = {
  'x-request-id': `id of ${canary('upstream request id')}`,
  'request-id': `id of ${canary('upstream request id')}`,
  'openai-processing-ms': canary('processing ms'),
  'openai-version': canary('openai version'),
  'x-unknown': canary('upstream header'),
  'set-cookie': canary('upstream cookie'),
  server: canary('upstream server'),
};

const clientHeaders = {
  'x-client-request-id': `two words, one of them ${canary('client id')}`,
  'user-agent': canary('user agent'),
  'anthropic-beta': canary('anthropic beta'),
  'openai-beta': canary('openai beta'),
  'openai-organization': canary('organization'),
  cookie: `a=${canary('cookie')}`,
  traceparent: canary('traceparent'),
  'x-unknown': canary('client header'),
  referer: `https://example.com/${canary('referer')}`,
};

let unique = 0;
async function ask(dialect: ClientDialect, sending: Sending = {}): Promise<Answer> {
  unique += 1;
  return send(system, `${dialect.path}?q=${canary('query')}`, {
    body: fullRequest(dialect),
    headers: { ...clientHeaders, 'idempotency-key': `${canary('idempotency key')}${unique}` },
    ...sending,
  });
}

const json = (response: ServerResponse, status: number, body: object, type = 'application/json') =>
  response
    .writeHead(status, { ...upstreamHeaders, 'content-type': type })
    .end(JSON.stringify(body));
const streamHead = (response: ServerResponse) =>
  response.writeHead(200, { ...upstreamHeaders, 'content-type': 'text/event-stream' });

/** One request for each way in which an answer can come about. */
async function everyEnding(dialect: ClientDialect): Promise<Answer[]> {
  const { begin, end, error } = fullStream(dialect);
  const at = (place: string) => canary(`${dialect.name} ${place}`);
  const streamed = { body: { ...fullRequest(dialect), stream: true } };
  const answers: Answer[] = [];

  upstream.answer((_request, response) => json(response, 200, fullAnswer(dialect)));
  answers.push(await ask(dialect));
  const cost = { ...clientHeaders, 'x-flux-stream-cost': 'usage', te: 'trailers' };
  upstream.answer((_request, response) => streamHead(response).end(begin + end));
  answers.push(await ask(dialect, streamed), await ask(dialect, { ...streamed, headers: cost }));
  upstream.answer((_request, response) => streamHead(response).end(begin + error));
  answers.push(await ask(dialect, streamed));
  upstream.answer((_request, response) => {
    streamHead(response).write(begin, () => response.socket?.destroy());
  });
  answers.push(await ask(dialect, streamed));
  for (const status of [400, 401, 404, 413, 422, 429, 500, 529]) {
    const refusal = {
      type: 'error',
      error: {
        message: at(`refused ${'abcdefgh'[status % 8]}`),
        type: at('refusal type'),
        code: at('refusal code'),
        param: at('refusal param'),
      },
    };
    upstream.answer((_request, response) => json(response, status, refusal));
    answers.push(await ask(dialect));
  }
  upstream.answer((_request, response) =>
    response.writeHead(200, upstreamHeaders).end(`<html>${at('web page')}</html>`),
  );
  answers.push(await ask(dialect), await ask(dialect, streamed));
  upstream.answer((_request, response) =>
    json(response, 200, { error: { message: at('error in a 200') } }),
  );
  answers.push(await ask(dialect));
  return answers;
}

/** Requests that never get as far as a provider. */
async function refusals(dialect: ClientDialect): Promise<Answer[]> {
  const at = (place: string) => canary(`${dialect.name} refused for ${place}`);
  const body = (more: object) => ({ ...fullRequest(dialect), ...more });
  const nested = (depth: number) => `${'['.repeat(depth)}"${at('depth')}"${']'.repeat(depth)}`;
  const asked = [
    { body: `{"model": "${at('cut json')}` },
    { body: `{"model": ${at('bare word')}}` },
    { body: Buffer.from(`{"model":"\xff${at('bytes')}"}`, 'latin1') },
    { body: `{"model":"gpt-5.4","x":${nested(300)}}` },
    { body: JSON.stringify(body({ pad: at('size').repeat(20_000) })) },
    { body: `{"${at('twice')}":1,"${at('twice')}":2,"model":"gpt-5.4"}` },
    { body: body({ model: `write about ${at('model')}` }) },
    { body: body({ model: { [at('model object')]: 1 } }) },
    { body: body({ messages: at('messages'), input: { a: at('input') } }) },
    { body: body({ tools: [{ type: at('tool type') }] }) },
    { body: body({ routor_tier: at('tier'), routor_max_cost: at('max cost') }) },
    { body: body({}), headers: { 'x-flux-tags': `team=${at('tag')} word` } },
    { body: body({}), headers: { 'x-flux-tags': `${at('tag name')}!=x` } },
    { body: body({}), headers: { 'idempotency-key': `two ${at('idempotency key')}` } },
    { body: body({}), headers: { 'content-encoding': at('encoding') } },
    { body: body({}), key: at('key') },
    { body: body({}), key: `sk-flux-${at('key of ours')}` },
    { body: body({ stream: at('stream') }) },
    { body: body({ temperature: at('temperature'), max_tokens: at('max tokens') }) },
    { body: body({ previous_response_id: at('previous id'), container: at('container') }) },
  ];
  return Promise.all(asked.map((sending) => send(system, dialect.path, sending)));
}

/** Words in paths, queries and what is no HTTP at all. */
async function elsewhere(): Promise<void> {
  for (const path of [
    `/v1/${canary('path')}`,
    `/v1/models/${canary('model path')}`,
    `/v1/models?${canary('parameter')}=${canary('parameter value')}`,
    `/v1/requests/two%20${canary('record path')}`,
    `/v1/requests?any=two%20${canary('any')}`,
    `/v1/requests?model=two%20${canary('model filter')}`,
    `/v1/requests?cursor=${canary('cursor')}`,
    `/v1/requests?tag=${canary('tag filter')}`,
    `/v1/usage?group_by=${canary('group')}`,
    `/v1/usage?tz=${canary('zone')}`,
    `/v1/usage?from=${canary('from')}`,
    `/v1/%E0%A4%A?${canary('bad path')}`,
    `/v1/models?api_key=${canary('key in query')}`,
  ]) {
    await send(system, path);
  }
  for (const at of ['gateway', 'control', 'metering']) {
    await fetch(`${system.adminUrls[at]}/admin/v1/accounts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${canary('admin key')}` },
      body: canary('admin body'),
    });
    await fetch(`${system.adminUrls[at]}/admin/v1/accounts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${system.operatorKey}` },
      body: `{"name": ${canary('admin bare word')}`,
    });
  }
  await sendRaw(system.baseUrl, (socket) =>
    socket.end(`${canary('noise')} ${canary('more noise')}\r\n\r\n`),
  );
  await sendRaw(system.baseUrl, (socket) =>
    socket.end(
      post(
        chat.path,
        [`${canary('header name')}: x`, 'content-length: 5000'],
        canary('half a body'),
      ),
    ),
  );
}

it('no word of a client or of an upstream is kept, logged or published anywhere', async () => {
  for (const dialect of [chat, responses, messages]) {
    const answers = [...(await everyEnding(dialect)), ...(await refusals(dialect))];
    // The words are where they should be: with the client and with the provider.
    expect(answers[0]?.text).toContain(canary(`${dialect.name} answered text`));
    expect(upstream.requests.at(-1)?.body.toString()).toContain(canary(`${dialect.name} prompt`));
    for (const answer of answers) {
      const id = answer.headers.get('x-flux-request-id') ?? '';
      if (answer.status !== 401) note('a record', JSON.stringify(await recordOf(system, id)));
    }
  }
  // The sandbox stands in for Google; its book lies in DATA_DIR.
  const sandboxed = await ask(chat, {
    body: { ...chat.ask(canary('sandbox prompt')), model: 'gemini-3.8-flash' },
    headers: { 'x-client-request-id': KEPT },
  });
  expect(sandboxed.text).toContain(canary('sandbox prompt'));
  await recordOf(system, sandboxed.headers.get('x-flux-request-id') ?? '');
  await elsewhere();

  // A stream under way, one whose client goes, one whose gateway is killed.
  const { begin } = fullStream(chat);
  upstream.answer((_request, response) => void streamHead(response).write(begin));
  const running = () =>
    open(system, chat.path, {
      body: { ...fullRequest(chat), stream: true },
      headers: clientHeaders,
    });
  const gone = await running();
  const killed = await running();
  for (const answer of [gone, killed]) {
    await answer.readUntil((text) => text.includes(canary('openai-chat streamed text')));
  }
  seen.push(...filesBelow(dataDir).map(({ place, bytes }) => ({ place: `${place}, live`, bytes })));
  gone.leave();
  await recordOf(system, gone.headers.get('x-flux-request-id') ?? '');
  for (const [name, url] of Object.entries(system.adminUrls)) {
    note(`metrics of ${name}`, await (await fetch(`${url}/metrics`)).text());
  }
  const before = system.kill('gateway');
  await system.restartOf('gateway', before);
  const orphan = await recordOf(system, killed.headers.get('x-flux-request-id') ?? '');
  expect(orphan['outcome']).toBe('orphaned');
  const list = await until('the operators’ list', async () => {
    const response = await fetch(`${system.adminUrls['gateway']}/admin/v1/requests?limit=200`, {
      headers: { authorization: `Bearer ${system.operatorKey}` },
    });
    return response.ok && response.text();
  });
  note("the operators' list", list);

  await system.stop();
  note('stderr', system.said());
  note('stdout', system.screen());
  expect(system.said()).toContain('"level"');
  const rows = [...sqliteRowsBelow(dataDir), clickHouseRows(dataDir)];
  seen.push(...rows, ...filesBelow(dataDir));

  const kafkaLogs = filesBelow(dataDir).filter(({ place }) => place.startsWith('kafka/data/'));
  const kept = found([...rows, ...kafkaLogs], new Map([['what may be kept', KEPT]]));
  expect(kept).toContainEqual(
    expect.stringMatching(/in (bus\/topics|kafka\/data)\/flux\.usage\.v1/),
  );
  expect(kept).toContainEqual(expect.stringMatching(/in clickhouse/));
  expect(words.size).toBeGreaterThan(150);
  expect(foundCanaries(seen)).toEqual([]);

  const secrets = new Map([
    ['the key', system.key],
    ['the operator key', system.operatorKey],
  ]);
  const places = new Set(found(seen, secrets));
  const allowed = ['secrets.json', 'secrets.json, live', 'ready.json, live', 'stdout'];
  expect(
    [...places].filter((trace) => !allowed.some((place) => trace.endsWith(` in ${place}`))),
  ).toEqual([]);
});
