import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { choosePorts } from './launcher/ports.ts';

/** All modules in one process, bound by calls: the other half of what the launcher tests show over gRPC. */
describe('--target=all', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'flux-all-'));
  const children: ChildProcess[] = [];
  let baseUrl = '';
  let adminUrl = '';
  let said = '';

  const run = (path: string, args: string[], env: Record<string, string>) => {
    const entry = fileURLToPath(new URL(path, import.meta.url));
    const child = spawn(process.execPath, [entry, ...args], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    children.push(child);
    return child;
  };

  beforeAll(async () => {
    const free = { setting: '', host: '127.0.0.1', port: 0 };
    const ports = await choosePorts({ api: free, admin: free, sandbox: free });
    baseUrl = `http://127.0.0.1:${ports.api}`;
    adminUrl = `http://127.0.0.1:${ports.admin}`;
    run('../../../sandbox-provider/src/main.ts', [], { SANDBOX_PORT: String(ports.sandbox) });
    run('main.ts', ['--target=all'], {
      DATA_DIR: dataDir,
      PORT: String(ports.api),
      ADMIN_PORT: String(ports.admin),
      SANDBOX_URL: `http://127.0.0.1:${ports.sandbox}`,
      KEY_PEPPER: 'p'.repeat(32),
      OPERATOR_KEY: 'sk-fluxop-of-this-test',
    });
    await until('readiness', async () => {
      const response = await fetch(`${adminUrl}/readyz`).catch(() => undefined);
      return response?.status === 200;
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${said}`);
    });
  });
  afterAll(async () => {
    for (const child of children) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(dataDir, { recursive: true });
  });

  test('serves a request and finds its record, without gRPC and without a service token', async () => {
    const operators = { authorization: 'Bearer sk-fluxop-of-this-test' };
    const post = async (path: string, body: object) => {
      const url = `${adminUrl}/admin/v1/accounts${path}`;
      const init = { method: 'POST', headers: operators, body: JSON.stringify(body) };
      return (await (await fetch(url, init)).json()) as Record<string, string>;
    };
    const account = await post('', { name: 'team' });
    const { secret } = await post(`/${account['id']}/keys`, { name: 'ci' });
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const body = JSON.stringify({
      model: 'flux-auto',
      messages: [{ role: 'user', content: 'Hello' }],
    });
    const answer = await until('an answer', async () => {
      const url = `${baseUrl}/v1/chat/completions`;
      const response = await fetch(url, { method: 'POST', headers, body });
      await response.arrayBuffer();
      return response.status === 200 && response;
    });
    const id = answer.headers.get('x-flux-request-id');
    const record = await until('its record', async () => {
      const response = await fetch(`${baseUrl}/v1/requests/${id}`, { headers });
      return response.status === 200 && ((await response.json()) as object);
    });
    expect(record).toMatchObject({ id, account: account['id'], outcome: 'completed' });
  });

  test('tells whether each of its modules is ready', async () => {
    const { checks } = (await (await fetch(`${adminUrl}/readyz`)).json()) as { checks: object };
    expect(checks).toMatchObject({
      accounts: { ready: true },
      metering: { ready: true, detail: { engine: 'chdb' } },
      ingress: { ready: true },
    });
  });
});
