import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodes } from '../exit-codes.ts';
import { openDataDir } from './data-dir.ts';
import { checkNodeVersion } from './node-version.ts';
import { choosePorts } from './ports.ts';
import { nextRestartDelay } from './restart-delay.ts';
import { runOnFreePorts } from './run-on-free-ports.ts';
import { keepSecrets, replaceFirstKey, type Secrets } from './secrets.ts';
import type { LauncherSettings } from './settings.ts';
import { HopelessError } from './supervisor.ts';
import { oneMachinePlan, type Ports } from './system-plan.ts';
import { isSource } from './watch-sources.ts';
import { welcomeScreen } from './welcome-screen.ts';

const { portWishes, processStages, readyFacts } = oneMachinePlan;

const fresh: Secrets = {
  serviceToken: 'token-of-the-services',
  keyPepper: 'pepper',
  operatorKey: 'sk-fluxop-1',
  firstAccountCommand: 'cmd_A',
  firstKeyCommand: 'cmd_K',
  firstKey: 'sk-flux-1',
};

const settings: LauncherSettings = {
  dataDir: '/data',
  host: '127.0.0.1',
  adminHost: '127.0.0.1',
  port: 8787,
  adminPort: 9464,
  logLevel: 'warn',
  sandbox: true,
  providerKeys: [],
  services: false,
  replicas: 1,
  bus: 'embedded',
  providers: ['openai'],
  clickhouseServer: false,
  stopGraceMs: 10_000,
  watchParent: true,
  firstRequest: true,
  given: {},
  fresh,
};

const ports: Ports = {
  api: 8787,
  gatewayAdmin: 9464,
  controlAdmin: 9465,
  meteringAdmin: 9466,
  accounts: 20_001,
  query: 20_002,
  sandbox: 20_003,
};

describe('a restart', () => {
  test('waits twice as long after each short life, up to 5 s', () => {
    let delay = 0;
    const delays = Array.from({ length: 8 }, () => {
      delay = nextRestartDelay(delay, 10);
      return delay;
    });
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test('is forgiven after 30 s of life', () => {
    expect(nextRestartDelay(5000, 30_000)).toBe(100);
  });
});

describe('what runs', () => {
  const stages = (changed: Partial<LauncherSettings> = {}, env: Record<string, string> = {}) =>
    processStages({ ...settings, ...changed }, ports, fresh, env);
  const plan = (name: string, env: Record<string, string> = {}) => {
    const found = stages({}, env)
      .flat()
      .find((each) => each.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };

  test('the gateway is a stage of its own, so that it is stopped first', () => {
    const names = stages().map((stage) => stage.map((each) => each.name));
    expect(names).toEqual([['gateway'], ['control', 'metering', 'sandbox']]);
  });

  test('no sandbox where real providers answer', () => {
    const names = stages({ sandbox: false }).flat();
    expect(names.map((each) => each.name)).not.toContain('sandbox');
  });

  test('only the gateway has provider keys; the sandbox has nothing of ours', () => {
    const env = { OPENAI_API_KEY: 'sk-real', PATH: '/bin', LOG_LEVEL: 'info' };
    expect(plan('gateway', env).env).toMatchObject({
      OPENAI_API_KEY: 'sk-real',
      LOG_LEVEL: 'info',
    });
    for (const name of ['control', 'metering', 'sandbox']) {
      expect(JSON.stringify(plan(name, env))).not.toContain('sk-real');
    }
    const secrets = Object.values(fresh);
    for (const secret of secrets)
      expect(JSON.stringify(plan('sandbox', env))).not.toContain(secret);
  });

  test('only who needs the pepper has it', () => {
    expect(plan('gateway').env['KEY_PEPPER']).toBe('pepper');
    expect(plan('control').env['KEY_PEPPER']).toBe('pepper');
    expect(plan('metering').env['KEY_PEPPER']).toBeUndefined();
  });

  test('scripts are told addresses that can be reached', () => {
    const facts = readyFacts({ ...settings, host: '0.0.0.0', adminHost: '::1' }, ports, fresh);
    expect(facts.baseUrl).toBe('http://127.0.0.1:8787');
    expect(facts.adminUrls['metering']).toBe('http://[::1]:9466');
  });
});

describe('ports', () => {
  test('free ones are different, and beside those of outgoing connections', async () => {
    const chosen = await choosePorts(portWishes({ ...settings, port: 0, adminPort: 0 }));
    const values = Object.values(chosen);
    expect(new Set(values).size).toBe(values.length);
    for (const port of values) expect(port >= 20_000 && port < 32_000).toBe(true);
  });

  test('one in use is named by its setting', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const chosen = choosePorts({ admin: { setting: 'ADMIN_PORT', host: '127.0.0.1', port } });
    await expect(chosen).rejects.toThrow(`ADMIN_PORT: port ${port} on 127.0.0.1 is in use`);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('DATA_DIR', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'flux-data-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('has one launcher at a time', () => {
    const path = join(directory, 'data');
    const lock = openDataDir(path);
    expect(() => openDataDir(path)).toThrow('in use by another FluxRouter');
    lock.release();
    openDataDir(path).release();
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  test('keeps its secrets from the first start on, for the owner only', () => {
    const path = join(directory, 'secrets.json');
    expect(keepSecrets(path, fresh)).toEqual(fresh);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const others = { ...fresh, firstKey: 'sk-flux-2', keyPepper: 'other' };
    expect(keepSecrets(path, others)).toEqual(fresh);
    replaceFirstKey(path, { secret: 'sk-flux-3', command: 'cmd_3' });
    expect(keepSecrets(path, others)).toEqual({
      ...fresh,
      firstKey: 'sk-flux-3',
      firstKeyCommand: 'cmd_3',
    });
  });

  test('what a version adds to the secrets is made then; what it does not know is kept', () => {
    const path = join(directory, 'secrets.json');
    writeFileSync(path, JSON.stringify({ keyPepper: 'old', later: 'x' }));
    expect(keepSecrets(path, fresh)).toEqual({ ...fresh, keyPepper: 'old' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ later: 'x', keyPepper: 'old' });
  });

  test('a broken file of secrets is said to be one, and left alone', () => {
    const path = join(directory, 'secrets.json');
    writeFileSync(path, '{');
    expect(() => keepSecrets(path, fresh)).toThrow('cannot be read');
    expect(readFileSync(path, 'utf8')).toBe('{');
  });
});

describe('the newcomer’s screen', () => {
  const facts = {
    baseUrl: 'http://127.0.0.1:8787',
    key: 'sk-flux-1',
    sandbox: false,
    providerKeys: ['OPENAI_API_KEY'],
    adminUrl: 'http://127.0.0.1:9464',
    dataDir: '/data',
  };

  test('says who answers', () => {
    expect(welcomeScreen({ ...facts, sandbox: true })).toContain('the sandbox provider');
    expect(welcomeScreen(facts)).toContain('providers with a key: OPENAI_API_KEY');
    expect(welcomeScreen({ ...facts, providerKeys: [] })).toContain('nobody who could answer');
  });

  test('says how the first request went', () => {
    expect(welcomeScreen({ ...facts, firstRequestId: 'req_1' })).toContain(
      'pnpm flux request req_1',
    );
    const problem = 'The first request was answered 502 (req_1).';
    expect(welcomeScreen({ ...facts, firstRequestProblem: problem })).toContain(problem);
    expect(welcomeScreen(facts)).toContain('No request was made');
  });
});

test('an old Node is told what to do', () => {
  expect(checkNodeVersion('24.0.0')).toBeUndefined();
  expect(checkNodeVersion('20.20.2')).toContain('needs Node 24');
});

test('what restarts the processes under --watch', () => {
  expect(isSource('ingress/src/module.ts')).toBe(true);
  expect(isSource('metering/src/clickhouse/migrations/001.sql')).toBe(true);
  for (const path of ['ingress/src/module.test.ts', 'ingress/node_modules/a/b.ts', 'README.md']) {
    expect(isSource(path)).toBe(false);
  }
  expect(isSource('fluxrouter/src/launcher/launch.ts')).toBe(false);
});

describe('a port that is taken between its choice and its use', () => {
  const lost = () => Promise.reject(new HopelessError('query', exitCodes.unavailable));

  test('all is started again on ports that are chosen anew', async () => {
    const said: string[] = [];
    const tried: number[] = [];
    let next = 20_000;
    await runOnFreePorts(
      async () => next++,
      async (port) => {
        tried.push(port);
        if (port < 20_002) await lost();
      },
      (sentence) => said.push(sentence),
    );
    expect(tried).toEqual([20_000, 20_001, 20_002]);
    expect(said).toEqual(Array(2).fill(expect.stringContaining('query found its port taken')));
  });

  test('is told in the end, and other faults at once', async () => {
    let runs = 0;
    const always = (code: number) =>
      runOnFreePorts(
        async () => 0,
        () => {
          runs += 1;
          return Promise.reject(new HopelessError('query', code));
        },
        () => {},
      );
    await expect(always(exitCodes.unavailable)).rejects.toThrow('query does not start');
    expect(runs).toBe(4);
    await expect(always(exitCodes.config)).rejects.toThrow('query does not start');
    expect(runs).toBe(5);
  });
});
