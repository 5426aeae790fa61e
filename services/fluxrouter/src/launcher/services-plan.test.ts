import { describe, expect, test } from 'vitest';
import type { Secrets } from './secrets.ts';
import { servicesPlan } from './services-plan.ts';
import type { LauncherSettings } from './settings.ts';

const secrets: Secrets = {
  serviceToken: 'token-of-the-services',
  keyPepper: 'pepper',
  operatorKey: 'sk-fluxop-1',
  firstAccountCommand: 'cmd_A',
  firstKeyCommand: 'cmd_K',
  firstKey: 'sk-flux-1',
};

const base: LauncherSettings = {
  dataDir: '/data',
  host: '127.0.0.1',
  adminHost: '127.0.0.1',
  port: 8787,
  adminPort: 9464,
  logLevel: 'warn',
  sandbox: false,
  providerKeys: ['OPENAI_API_KEY'],
  services: true,
  replicas: 1,
  bus: 'embedded',
  providers: ['openai', 'google'],
  clickhouseServer: false,
  stopGraceMs: 10_000,
  watchParent: true,
  firstRequest: true,
  given: {},
  fresh: secrets,
};

function planOf(changed: Partial<LauncherSettings> = {}) {
  const settings = { ...base, ...changed };
  const wishes = servicesPlan.portWishes(settings);
  const ports = Object.fromEntries(
    Object.entries(wishes).map(([name, { port }], n) => [name, port || 20_000 + n]),
  );
  const env = { OPENAI_API_KEY: 'sk-real', PATH: '/bin', LOG_LEVEL: 'info' };
  const stages = servicesPlan.processStages(settings, ports, secrets, env);
  const facts = servicesPlan.readyFacts(settings, ports, secrets);
  const envOf = (name: string) => {
    const found = stages.flat().find((plan) => plan.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found.env;
  };
  const names = stages.map((stage) => stage.map((plan) => plan.name));
  return { wishes, ports, stages, facts, envOf, names };
}

describe('pnpm start:services', () => {
  test('each service is a process, who lets requests in is stopped first, Kafka last', () => {
    const { names, stages } = planOf({ sandbox: true, bus: 'local-kafka' });
    expect(names).toEqual([
      ['ingress'],
      ['router', 'provider-proxy'],
      ['query', 'accounts', 'metering'],
      ['sandbox'],
      ['kafka'],
    ]);
    const first = stages.flat().filter((plan) => plan.first);
    expect(first.map(({ name }) => name)).toEqual(['kafka']);
  });

  test('two of every service but metering, whose engine is in its process', () => {
    const { names, facts, envOf } = planOf({ replicas: 2 });
    expect(names).toEqual([
      ['ingress', 'ingress-2'],
      ['router', 'router-2', 'provider-proxy', 'provider-proxy-2'],
      ['query', 'query-2', 'accounts', 'accounts-2', 'metering'],
    ]);
    expect(facts.baseUrls).toEqual(['http://127.0.0.1:8787', 'http://127.0.0.1:8797']);
    for (const name of ['ingress', 'ingress-2']) {
      expect(envOf(name)['ROUTER_ADDRESSES']?.split(',')).toHaveLength(2);
      expect(envOf(name)['PROVIDER_PROXY_ADDRESSES']?.split(',')).toHaveLength(2);
    }
    expect(envOf('ingress-2')['JOURNAL_NAME']).toBe('ingress-2');
    const withServer = planOf({ replicas: 2, clickhouseServer: true });
    expect(withServer.names.flat()).toContain('metering-2');
  });

  test('no two processes share a port, and none is the console’s', () => {
    const { ports } = planOf({ replicas: 3, bus: 'local-kafka' });
    const all = Object.values(ports);
    expect(new Set(all).size).toBe(all.length);
    expect(all).not.toContain(8788);
  });

  test('only provider-proxy has provider keys; who needs to know of them is told their names', () => {
    const { stages, envOf } = planOf();
    for (const plan of stages.flat()) {
      expect(JSON.stringify(plan).includes('sk-real')).toBe(plan.name === 'provider-proxy');
    }
    expect(envOf('router')['SERVABLE_PROVIDERS']).toBe('openai,google');
    expect(envOf('ingress')['SERVABLE_PROVIDERS']).toBe('openai,google');
  });

  test('only who needs the pepper has it', () => {
    const { stages } = planOf();
    const having = stages.flat().filter(({ env }) => env['KEY_PEPPER'] !== undefined);
    expect(having.map(({ name }) => name)).toEqual(['ingress', 'accounts']);
  });

  test('query reads the engine of metering by HTTP, metering itself does not', () => {
    const { envOf, ports } = planOf();
    expect(envOf('query')['CLICKHOUSE_URL']).toBe(
      `http://flux:token-of-the-services@127.0.0.1:${ports['metering chdb']}`,
    );
    expect(envOf('metering')['CLICKHOUSE_URL']).toBeUndefined();
  });

  test('scripts find what they know of npm start', () => {
    const { facts } = planOf();
    expect(facts.baseUrl).toBe('http://127.0.0.1:8787');
    expect(facts.adminUrls).toMatchObject({
      gateway: 'http://127.0.0.1:9464',
      control: 'http://127.0.0.1:9465',
      metering: 'http://127.0.0.1:9466',
    });
  });
});
