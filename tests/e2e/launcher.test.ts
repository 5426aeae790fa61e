import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, type RunningSystem, startSystem, until, untilGone } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed } from './support/ask.ts';
import { type ClientDialect, chat, clientDialects } from './support/dialects.ts';
import { type OpenAnswer, open, send } from './support/http-client.ts';
import { recordOf } from './support/records.ts';
import { framesOf } from './support/sse.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const idOf = ({ headers }: { headers: Headers }) => headers.get('x-flux-request-id') ?? '';

// services/fluxrouter has the launcher's own tests; these go through npm, as the newcomer does.
describe('npm start, but for its installation', () => {
  let directory: string;
  let dataDir: string;
  let readyPath: string;
  const keys = new Set<string>();
  const started: { npm: ChildProcess; pids: number[] }[] = [];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'flux-npm-'));
    dataDir = join(directory, 'data');
    readyPath = join(dataDir, 'ready.json');
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const [install, start] = scripts.start.split(' && ');
    expect(install).toBe('npm run --silent setup');
    expect(start).toMatch(/^exec node_modules\/\S+ services\/fluxrouter\/src\/launcher\/main\.ts$/);
    const absolute = start.replace(/ (node_modules|services)/g, ` ${root}$1`);
    writeFileSync(
      join(directory, 'package.json'),
      JSON.stringify({ name: 'newcomer', private: true, scripts: { start: absolute } }),
    );
  });
  afterAll(() => {
    for (const { npm, pids } of started) {
      for (const pid of [npm.pid ?? 0, ...pids]) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
    rmSync(directory, { recursive: true, force: true });
  });

  async function npmStart() {
    rmSync(readyPath, { force: true });
    const { PATH, HOME } = process.env;
    const npm = spawn('npm', ['start', '--silent'], {
      cwd: directory,
      // A group of its own, as a shell gives to what is typed.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH, HOME, DATA_DIR: dataDir, PORT: '0', ADMIN_PORT: '0', FIRST_REQUEST: 'off' },
    });
    let said = '';
    npm.stderr.on('data', (chunk) => {
      said += chunk;
    });
    npm.stdout.resume();
    const ended = new Promise<number | null>((resolve) => npm.once('exit', resolve));
    const ready = await until('ready.json', () => {
      if (npm.exitCode !== null) throw new Error(`npm ended: ${said}`);
      return existsSync(readyPath) && JSON.parse(readFileSync(readyPath, 'utf8'));
    });
    const pids = Object.values(ready.pids as Record<string, number>);
    started.push({ npm, pids });
    return { npm, ready, pids, ended, said: () => said };
  }

  const endings: readonly [string, (npm: ChildProcess) => void][] = [
    ['SIGTERM to npm', (npm) => void npm.kill('SIGTERM')],
    ['SIGINT to npm', (npm) => void npm.kill('SIGINT')],
    ['SIGKILL to npm', (npm) => void npm.kill('SIGKILL')],
    [
      'Ctrl-C, which all of its processes get',
      (npm) => void process.kill(-(npm.pid ?? 0), 'SIGINT'),
    ],
  ];
  it.each(endings)('ends with all of its processes on %s', async (_name, end) => {
    const { npm, ready, pids, ended, said } = await npmStart();
    expect(pids.every(isAlive)).toBe(true);
    const answer = await send(ready, chat.path, { body: chat.ask('ping') });
    expect(answer.status).toBe(200);
    keys.add(ready.key);
    end(npm);
    await untilGone([npm.pid ?? 0, ...pids], 20_000);
    await ended;
    expect(existsSync(readyPath)).toBe(false);
    expect(said()).toMatch(/^(Not ready yet: [^\n]+\n)*Stopping \([A-Za-z ]+\)\n$/);
  });

  it('has the same key at each start, and what was answered before is on record', async () => {
    const { npm, ready, pids } = await npmStart();
    keys.add(ready.key);
    expect(keys.size).toBe(1);
    const { json } = await send(ready, '/v1/requests');
    expect(json.data).toHaveLength(endings.length);

    expect(statSync(readyPath).mode & 0o777).toBe(0o600);
    expect(ready).toEqual({
      baseUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      key: expect.stringMatching(/^sk-flux-[0-9A-Za-z]{38}$/),
      operatorKey: expect.stringMatching(/^sk-fluxop-/),
      adminUrls: Object.fromEntries(
        ['gateway', 'control', 'metering'].map((name) => [name, expect.stringMatching(/^http:/)]),
      ),
      pids: Object.fromEntries(
        ['launcher', 'gateway', 'control', 'metering', 'sandbox'].map((name) => [
          name,
          expect.any(Number),
        ]),
      ),
    });
    process.kill(ready.pids.launcher, 'SIGTERM');
    await untilGone([npm.pid ?? 0, ...pids], 20_000);
  });
});

describe('SIGTERM while streams run', () => {
  let dataDir: string;
  const systems: RunningSystem[] = [];
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'flux-stop-'));
  });
  afterAll(async () => {
    for (const system of systems) await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function start(): Promise<RunningSystem> {
    const env = { FIRST_REQUEST: 'off', DRAIN_TIMEOUT: '3s' };
    const system = await startSystem({ dataDir, env });
    systems.push(system);
    return system;
  }

  it('lets those end that end soon, ends the others in their error, and loses no record', async () => {
    const first = await start();
    const begin = async (dialect: ClientDialect, directive: object): Promise<OpenAnswer> => {
      const body = dialect.ask(directed(directive), { stream: true });
      const answer = await open(first, dialect.path, { body });
      await answer.readUntil((text) => dialect.streamedText(framesOf(text)) !== '');
      return answer;
    };
    const short = await Promise.all(
      clientDialects.map((dialect) => begin(dialect, { words: 6, chunkDelayMs: 200 })),
    );
    const endless = await Promise.all(
      clientDialects.map((dialect) => begin(dialect, { endless: true, chunkDelayMs: 50 })),
    );
    const pids = Object.values(first.pids());
    first.kill('launcher', 'SIGTERM');
    const ended = await Promise.all([...short, ...endless].map((answer) => answer.readAll()));
    for (const [index, { text }] of ended.entries()) {
      const dialect = clientDialects[index % 3] as ClientDialect;
      const frames = framesOf(text);
      expect(index < 3 ? dialect.isComplete(frames) : dialect.endsInError(frames)).toBe(true);
    }
    expect(await first.ended()).toBe(0);
    await untilGone(pids, 1_000);

    const second = await start();
    for (const [index, answer] of ended.entries()) {
      const record = await recordOf(second, idOf(answer));
      expect(record['outcome']).toBe(index < 3 ? 'completed' : 'cut');
      if (index >= 3) expect(record['errorCode']).toBe('shutdown');
      expect(Number(record['costUsd'])).toBeGreaterThan(0);
    }
  });
});
