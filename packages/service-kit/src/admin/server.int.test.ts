import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog, silentLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { createReadiness, type Readiness } from '../readiness.ts';
import type { AdminRoute } from './routes.ts';
import { type AdminServer, startAdminServer } from './server.ts';

const operatorKey = 'sk-fluxop-test';
const routes: AdminRoute[] = [
  {
    method: 'GET',
    path: '/admin/v1/things/:thing',
    handle: (r) => ({ status: 200, body: r.params }),
  },
  {
    method: 'POST',
    path: '/admin/v1/things',
    handle: (r) => ({ status: 201, body: r.body ?? null }),
  },
  {
    method: 'GET',
    path: '/admin/v1/fault',
    handle: () => {
      throw new Error('the inside of it');
    },
  },
];

describe('an admin port', () => {
  let server: AdminServer;
  let readiness: Readiness;
  let audited: string[];
  beforeEach(async () => {
    readiness = createReadiness();
    audited = [];
    server = await startServer();
    server.serve(routes);
  });
  afterEach(() => server.close());

  const startServer = () =>
    startAdminServer({
      host: '127.0.0.1',
      port: 0,
      log: silentLog,
      audit: createLog({ service: 'audit', write: (line) => audited.push(line) }),
      metrics: createMetrics('test'),
      readiness,
      operatorKey,
    });

  const ask = async (path: string, init: RequestInit & { key?: string | null } = {}) => {
    const key = init.key === undefined ? operatorKey : init.key;
    const headers = key === null ? {} : { authorization: `Bearer ${key}` };
    const response = await fetch(`${server.url}${path}`, { ...init, headers });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  };

  test('tells machines that it lives, whether it is ready, and its numbers', async () => {
    readiness.add('keys', () => ({ ready: true, detail: { ageMs: 12 } }));
    readiness.add('journal', async () => true);
    expect((await ask('/healthz', { key: null })).status).toBe(200);
    expect(await ask('/readyz', { key: null })).toEqual({
      status: 200,
      body: {
        ready: true,
        checks: { keys: { ready: true, detail: { ageMs: 12 } }, journal: { ready: true } },
      },
    });
    expect((await ask('/metrics', { key: null })).body).toContain('process_start_time_seconds');
  });

  test('is not ready where one of its needs is not met, or cannot be asked', async () => {
    readiness.add('keys', () => true);
    readiness.add('journal', () => {
      throw new Error('gone');
    });
    expect(await ask('/readyz')).toMatchObject({
      status: 503,
      body: { ready: false, checks: { journal: { ready: false } } },
    });
  });

  test('serves operators with the key only', async () => {
    expect(await ask('/admin/v1/things/a%2Fb')).toEqual({ status: 200, body: { thing: 'a/b' } });
    for (const key of [null, '', 'wrong', `${operatorKey}x`]) {
      expect((await ask('/admin/v1/things/a', { key })).status).toBe(401);
    }
  });

  test('tells operators that the process is starting', async () => {
    await server.close();
    server = await startServer();
    expect(await ask('/admin/v1/things/a')).toMatchObject({
      status: 503,
      body: { error: { code: 'starting' } },
    });
    expect((await ask('/admin/v1/things/a', { key: 'wrong' })).status).toBe(401);
    expect((await ask('/healthz', { key: null })).status).toBe(200);
  });

  test('says what is wrong with a path, a method, a body', async () => {
    expect((await ask('/admin/v1/nothing')).status).toBe(404);
    expect((await ask('/admin/v1/things', { method: 'DELETE' })).status).toBe(405);
    const post = (body: string) => ask('/admin/v1/things', { method: 'POST', body });
    expect(await post('{"name":"x"}')).toEqual({ status: 201, body: { name: 'x' } });
    expect(await post('{"name"')).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_json' } },
    });
    expect(await post(`"${'x'.repeat(70_000)}"`)).toMatchObject({ status: 413 });
  });

  test('a fault is said to be ours, without its inside', async () => {
    const { status, body } = await ask('/admin/v1/fault');
    expect([status, body.error.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('inside');
  });

  test('keeps who changed what for the audit, reads aside', async () => {
    await ask('/admin/v1/things/a');
    await ask('/admin/v1/things', { method: 'POST', body: '{}' });
    expect(audited.map((line) => JSON.parse(line))).toMatchObject([
      { method: 'POST', path: '/admin/v1/things', status: 201 },
    ]);
  });

  test('keeps of a path without the key no word that its sender chose', async () => {
    for (const path of [
      '/admin/v1/things/secret-words',
      '/secret-words',
      '/admin/v1/secret-words/x',
    ]) {
      await ask(path, { method: 'DELETE', key: null });
    }
    expect(audited.map((line) => JSON.parse(line))).toMatchObject([
      { path: '/admin/v1/things/:thing', status: 401 },
      { path: 'other', status: 401 },
      { path: 'other', status: 401 },
    ]);
    expect(audited.join()).not.toContain('secret-words');
  });
});
