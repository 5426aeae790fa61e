// needs: java, maven
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalKafka, startLocalKafka } from '@fluxrouter/local-kafka';
import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chat } from './support/dialects.ts';
import { send } from './support/http-client.ts';

let directory: string;
let kafka: LocalKafka;
let system: RunningSystem;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'flux-readiness-'));
  kafka = await startLocalKafka({ directory });
  system = await startSystem({
    form: 'services',
    env: {
      KAFKA_BROKERS: kafka.brokers,
      FIRST_REQUEST: 'off',
      KEY_VIEW_AGE: '20s',
      JOURNAL_BYTES: '64KB',
    },
    readyTimeoutMs: 280_000,
  });
}, 600_000);
afterAll(async () => {
  await system?.stop();
  await kafka?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const services = ['ingress', 'router', 'provider-proxy', 'accounts', 'metering', 'query'] as const;
type Service = (typeof services)[number];
/** Whose gRPC port a probe can ask. */
const servers: readonly Service[] = ['router', 'provider-proxy', 'accounts', 'query'];

interface Readyz {
  status: number;
  checks: Record<string, { ready: boolean; detail?: Record<string, unknown> }>;
}

async function readyz(service: Service): Promise<Readyz> {
  const response = await fetch(`${system.adminUrls[service]}/readyz`);
  return { status: response.status, ...((await response.json()) as Omit<Readyz, 'status'>) };
}

/** grpc.health.v1.Health/Check of a process, without a token: 1 is SERVING, 2 NOT_SERVING. */
async function health(service: Service): Promise<number | undefined> {
  const pid = system.pids()[service] ?? 0;
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  const port = environment.find((line) => line.startsWith('GRPC_PORT='))?.split('=')[1];
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    // A message without a field: not compressed, no bytes.
    stream.end(Buffer.alloc(5));
    const answer = Buffer.concat(await stream.toArray());
    // Its one field, the status, follows the five bytes of its frame and a tag.
    return answer[6];
  } finally {
    session.close();
  }
}

const patience = { timeoutMs: 90_000, everyMs: 250 };
const untilReady = (service: Service) =>
  until(`${service} to be ready`, async () => (await readyz(service)).status === 200, patience);

/** Resolves with the check that says no, once it does for this reason. */
const untilNot = (service: Service, check: string, reason: Record<string, unknown>) =>
  until(
    `${service} to say no`,
    async () => {
      const { status, checks } = await readyz(service);
      const { ready, detail = {} } = checks[check] ?? { ready: true };
      const named = Object.entries(reason).every(([name, value]) => detail[name] === value);
      return status === 503 && !ready && named;
    },
    patience,
  );

async function whileStopped(name: string, check: () => Promise<unknown>): Promise<void> {
  const pid = system.kill(name, 'SIGSTOP');
  try {
    await check();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

describe('each service a process: readiness is the truth of this moment', () => {
  it('all are ready, and say so by gRPC too', async () => {
    for (const service of services) await untilReady(service);
    for (const service of servers) expect([service, await health(service)]).toEqual([service, 1]);
  });

  it('query says no while ClickHouse does not answer', async () => {
    await whileStopped('metering', async () => {
      await until('query to say no', async () => (await readyz('query')).status === 503, patience);
      expect((await readyz('query')).checks['usage-reader']).toMatchObject({ ready: false });
      expect(await health('query')).toBe(2);
      expect((await readyz('ingress')).status).toBe(200);
    });
    await untilReady('query');
    expect(await health('query')).toBe(1);
  });

  it.each([
    ['router', 'router'],
    ['provider-proxy', 'providerProxy'],
  ] as const)('ingress says no while %s is away', async (name, reason) => {
    await whileStopped(name, () => untilNot('ingress', 'ingress', { [reason]: false }));
    await untilReady('ingress');
    const answer = await send(system, chat.path, { body: chat.ask('ping') });
    expect(answer.status).toBe(200);
  });

  it('ingress serves while accounts and query are away: keys come by the log', async () => {
    await whileStopped('accounts', () =>
      whileStopped('query', async () => {
        expect((await readyz('ingress')).status).toBe(200);
        expect((await send(system, chat.path, { body: chat.ask('ping') })).status).toBe(200);
      }),
    );
  });

  it('without Kafka: who needs it says no, the journal when it is full; all return with it', async () => {
    await kafka.kill();
    // Each request is some hundred bytes of a journal that takes 64 KB.
    await until(
      'the journal to be full',
      async () => {
        const asked = Array.from({ length: 8 }, () =>
          send(system, chat.path, { body: chat.ask('ping') }),
        );
        return (await Promise.all(asked)).some(({ status }) => status === 503);
      },
      { ...patience, everyMs: 1 },
    );
    await untilNot('ingress', 'journal', {});
    await untilNot('metering', 'metering', { bus: false, clickhouse: true });
    await untilNot('accounts', 'accounts', { logFresh: false });
    expect(await health('accounts')).toBe(2);
    await untilNot('ingress', 'ingress', { keysFresh: false });
    // They decide and answer all the same: what they know is theirs.
    expect((await readyz('router')).status).toBe(200);
    // What starts now lives, and says what it waits for.
    system.kill('router');
    const waits = () =>
      readyz('router').then(
        ({ checks }) => checks['start']?.detail?.['waitingFor'] === 'bus',
        () => false,
      );
    await until('a new router that waits for Kafka', waits, patience);
    expect((await fetch(`${system.adminUrls['router']}/healthz`)).status).toBe(200);
    await kafka.start();
    for (const service of services) await untilReady(service);
    expect(await health('accounts')).toBe(1);
    expect((await send(system, chat.path, { body: chat.ask('ping') })).status).toBe(200);
  }, 400_000);
});
