import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, type RunningSystem, startSystem, until, untilGone } from '@fluxrouter/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

const asked = async (system: RunningSystem, path: string, init: RequestInit = {}) =>
  fetch(`${system.baseUrl}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${system.key}`, 'content-type': 'application/json' },
  });

const hello = JSON.stringify({
  model: 'flux-auto',
  messages: [{ role: 'user', content: 'Hello' }],
});

describe('npm start', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system?.stop());

  test('prints lines with the key filled in, and the id of a request that can be looked up', async () => {
    const screen = system.screen();
    for (const word of [
      'curl',
      'OpenAI(',
      'new OpenAI',
      'Anthropic(',
      ' claude',
      'codex',
      'sandbox',
    ]) {
      expect(screen).toContain(word);
    }
    expect(screen.split(system.key).length).toBeGreaterThan(6);
    expect(screen).toContain(`pnpm flux request ${system.firstRequestId}`);
    const record = await asked(system, `/v1/requests/${system.firstRequestId}`);
    expect(await record.json()).toMatchObject({ id: system.firstRequestId, outcome: 'completed' });
  });

  test('the lines of the screen work as they are: curl', async () => {
    const lines = /curl\n([\s\S]*?)\n\n/.exec(system.screen())?.[1] ?? '';
    const answer = await shell(`curl --silent --fail ${lines.trim().slice('curl'.length)}`);
    expect(JSON.parse(answer)).toMatchObject({ object: 'chat.completion' });
  });

  test('tells scripts where everything is, in files for the owner only', () => {
    const file = join(system.dataDir, 'ready.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(system.dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(statSync(system.dataDir).mode & 0o777).toBe(0o700);
    expect(Object.keys(system.pids()).sort()).toEqual([
      'control',
      'gateway',
      'launcher',
      'metering',
      'sandbox',
    ]);
    expect(Object.values(system.pids()).every(isAlive)).toBe(true);
  });

  test.each(['gateway', 'control', 'metering'])('%s has an admin port of its own', async (name) => {
    const url = system.adminUrls[name] ?? '';
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ ready: true });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_resident_memory_bytes');
  });

  test('operators make accounts and keys, and a revoked key stops working', async () => {
    const operator = async (
      method: string,
      path: string,
      body?: object,
      key = system.operatorKey,
    ) => {
      const response = await fetch(`${system.adminUrls['control']}/admin/v1/accounts${path}`, {
        method,
        headers: { authorization: `Bearer ${key}` },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, string> };
    };
    expect((await operator('POST', '', { name: 'team' }, 'sk-fluxop-wrong')).status).toBe(401);
    expect((await operator('POST', '', { name: 'two words' })).status).toBe(400);
    const account = await operator('POST', '', { name: 'team' });
    expect(account).toMatchObject({ status: 201, body: { name: 'team' } });
    const keys = `/${account.body['id']}/keys`;
    const made = await operator('POST', keys, { name: 'ci' });
    expect(made.status).toBe(201);
    const status = async () => {
      const headers = { authorization: `Bearer ${made.body['secret']}` };
      return (await fetch(`${system.baseUrl}/v1/models`, { headers })).status;
    };
    await expect.poll(status, { timeout: 2000 }).toBe(200);
    expect((await operator('GET', keys)).body['data']).toHaveLength(1);
    const revoked = await operator('DELETE', `${keys}/${made.body['id']}`);
    expect(revoked).toMatchObject({ status: 200, body: { state: 'revoked' } });
    await expect.poll(status, { timeout: 1000 }).toBe(401);
    expect((await operator('GET', '/acc_none')).status).toBe(404);
  });

  test('a second one on the same DATA_DIR says what is wrong', async () => {
    const second = startSystem({ dataDir: system.dataDir });
    await expect(second).rejects.toThrow(/exit code 75[\s\S]*in use by another FluxRouter/);
  });

  test.each(['gateway', 'control', 'metering', 'sandbox'])(
    '%s, killed, is back on the same port, and requests are served and recorded',
    async (name) => {
      const before = system.kill(name);
      await system.restartOf(name, before);
      const answer = await until('an answer', async () => {
        const response = await asked(system, '/v1/chat/completions', {
          method: 'POST',
          body: hello,
        });
        await response.arrayBuffer();
        return response.status === 200 && response;
      });
      const id = answer.headers.get('x-flux-request-id');
      await until(
        'its record',
        async () => (await asked(system, `/v1/requests/${id}`)).status === 200,
      );
    },
  );
});

describe('an end', () => {
  let dataDir = '';
  const started: RunningSystem[] = [];
  afterEach(async () => {
    for (const system of started.splice(0)) await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const start = async (env: Record<string, string> = {}) => {
    if (dataDir === '') dataDir = mkdtempSync(join(tmpdir(), 'flux-launcher-'));
    const system = await startSystem({ dataDir, env: { FIRST_REQUEST: 'off', ...env } });
    started.push(system);
    return system;
  };

  test('SIGINT to the launcher ends all, and the next start has the same key', async () => {
    const first = await start();
    const pids = Object.values(first.pids());
    first.kill('launcher', 'SIGINT');
    expect(await first.ended()).toBe(0);
    await untilGone(pids, 1000);
    expect(() => statSync(join(dataDir, 'ready.json'))).toThrow('ENOENT');
    const second = await start();
    expect(second.key).toBe(first.key);
    expect((await asked(second, '/v1/models')).status).toBe(200);
  });

  test('SIGKILL to the launcher ends its processes, and what it left is not trusted', async () => {
    const first = await start();
    const pids = Object.values(first.pids());
    first.kill('launcher', 'SIGKILL');
    await untilGone(pids, 15_000);
    expect(statSync(join(dataDir, 'ready.json')).isFile()).toBe(true);
    const second = await start();
    expect(second.pids()['launcher']).not.toBe(first.pids()['launcher']);
    expect((await asked(second, '/v1/models')).status).toBe(200);
  });

  test('the end of the parent, by SIGKILL too, ends all', async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'flux-launcher-'));
    const launcher = fileURLToPath(new URL('main.ts', import.meta.url));
    const script = `"${process.execPath}" "${launcher}" & wait`;
    const env = { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: '0', ADMIN_PORT: '0' };
    const parent = spawn('/bin/sh', ['-c', script], { env, stdio: 'ignore' });
    const ready = () => {
      try {
        return JSON.parse(readFileSync(join(dataDir, 'ready.json'), 'utf8')) as { pids: object };
      } catch {
        return undefined;
      }
    };
    const { pids } = await until('ready.json', ready);
    parent.kill('SIGKILL');
    await untilGone(Object.values(pids), 20_000);
  });

  test('a revoked first key is replaced at the next start', async () => {
    const first = await start();
    const { firstAccountCommand, firstKeyCommand } = JSON.parse(
      readFileSync(join(dataDir, 'secrets.json'), 'utf8'),
    );
    const account = firstAccountCommand.replace('cmd_', 'acc_');
    const key = firstKeyCommand.replace('cmd_', 'key_');
    const path = `/admin/v1/accounts/${account}/keys/${key}`;
    const headers = { authorization: `Bearer ${first.operatorKey}` };
    await fetch(`${first.adminUrls['control']}${path}`, { method: 'DELETE', headers });
    await first.stop();
    const second = await start();
    expect(second.key).not.toBe(first.key);
    expect((await asked(second, '/v1/models')).status).toBe(200);
    await second.stop();
    expect((await start()).key).toBe(second.key);
  });
});

describe('--watch', () => {
  test('a change of the sources starts the processes anew', async () => {
    const system = await startSystem({ args: ['--watch'], env: { FIRST_REQUEST: 'off' } });
    try {
      const before = system.pids();
      const source = fileURLToPath(new URL('../index.ts', import.meta.url));
      const { atime, mtime } = statSync(source);
      utimesSync(source, atime, mtime);
      const gateway = await system.restartOf('gateway', before['gateway'] ?? 0);
      expect(gateway).not.toBe(before['gateway']);
      for (const name of ['control', 'metering']) await system.restartOf(name, before[name] ?? 0);
      expect(system.pids()['launcher']).toBe(before['launcher']);
      await until('an answer', async () => (await asked(system, '/v1/models')).status === 200);
    } finally {
      await system.stop();
    }
  });
});

describe('a start that cannot be', () => {
  let dataDir = '';
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));
  const failing = (env: Record<string, string>) => {
    dataDir = mkdtempSync(join(tmpdir(), 'flux-launcher-'));
    return startSystem({ dataDir, env }).then(
      async (system) => {
        await system.stop();
        return 'started';
      },
      (error: Error) => error.message,
    );
  };

  test('names every wrong setting at once', async () => {
    const said = await failing({ PORT: 'http', BREAKERS: 'maybe', KAFKA_BROKERS: 'kafka' });
    expect(said).toContain('exit code 78');
    expect(said).toContain('PORT is "http"');
    expect(said).toContain('BREAKERS is "maybe"');
    expect(said).toContain('KAFKA_BROKERS is "kafka": must be a list host:port');
  });

  test('names the setting of a port that is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const said = await failing({ PORT: String(port) });
    server.close();
    expect(said).toContain('exit code 69');
    expect(said).toContain(`PORT: port ${port} on 127.0.0.1 is in use`);
  });

  test('says that DATA_DIR cannot be written to', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'flux-launcher-'));
    const file = join(directory, 'file');
    writeFileSync(file, '');
    const said = await failing({ DATA_DIR: join(file, 'data') });
    rmSync(directory, { recursive: true });
    expect(said).toContain('exit code 73');
    expect(said).toContain('cannot be made or written to (ENOTDIR)');
  });
});

function shell(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.once('exit', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`exit code ${code}`)),
    );
  });
}
