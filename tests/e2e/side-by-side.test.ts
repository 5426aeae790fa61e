import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed } from './support/ask.ts';
import { type ClientDialect, clientDialects } from './support/dialects.ts';
import { open } from './support/http-client.ts';
import { recordOf } from './support/records.ts';
import { framesOf } from './support/sse.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ form: 'services', env: { REPLICAS: '2', FIRST_REQUEST: 'off' } });
  await until('both of each to be found', async () => {
    const answers = system.baseUrls.map((url) => fetch(`${url}/readyz`));
    return (await Promise.all(answers)).every(({ status }) => status === 200);
  });
});
afterAll(() => system.stop());

interface Result {
  /** Which ingress it was sent to. */
  readonly at: number;
  readonly id: string;
  readonly what: string;
  /** What the client saw, in a word or two: `whole` is well. */
  readonly ending: string;
}

interface Read {
  readonly at: number;
  readonly status: number;
}

interface Load {
  readonly results: readonly Result[];
  readonly reads: readonly Read[];
}

/** One request, and what its client saw of it. */
async function ask(at: number, dialect: ClientDialect, stream: boolean): Promise<Result> {
  const baseUrl = system.baseUrls[at] ?? '';
  const body = dialect.ask(directed({ words: 12, chunkDelayMs: stream ? 25 : 0 }), { stream });
  const what = `${dialect.name}${stream ? ' stream' : ''}`;
  let id = '';
  try {
    const answer = await open({ baseUrl, key: system.key }, dialect.path, { body });
    id = answer.headers.get('x-flux-request-id') ?? '';
    const { status, text, wasReset } = await answer.readAll();
    const whole = (): boolean =>
      stream ? dialect.isComplete(framesOf(text)) : dialect.textOf(JSON.parse(text)) !== '';
    if (wasReset) return { at, id, what, ending: 'reset' };
    if (status !== 200) return { at, id, what, ending: `${status}` };
    if (whole()) return { at, id, what, ending: 'whole' };
    const told = dialect.endsInError(framesOf(text));
    return { at, id, what, ending: told ? 'told that it was cut' : 'cut without a word' };
  } catch {
    return { at, id, what, ending: 'no connection' };
  }
}

/** One page of records, through an ingress and one of the queries. */
async function read(at: number): Promise<Read> {
  const headers = { authorization: `Bearer ${system.key}` };
  const url = `${system.baseUrls[at]}/v1/requests?limit=1`;
  const status = await fetch(url, { headers }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => 0,
  );
  return { at, status };
}

/** Asks and reads on and on at both ingresses while `meanwhile` runs, then lets all of it end. */
async function underLoad(meanwhile: () => Promise<void>): Promise<Load> {
  const results: Result[] = [];
  const reads: Read[] = [];
  let over = false;
  async function readOn(at: number): Promise<void> {
    while (!over) {
      reads.push(await read(at));
      await sleep(20);
    }
  }
  async function work(worker: number): Promise<void> {
    for (let n = worker; !over; n += 1) {
      const dialect = clientDialects[n % 3] as ClientDialect;
      results.push(await ask(worker % 2, dialect, n % 4 !== 0));
    }
  }
  const working = Array.from({ length: 12 }, (_, worker) => work(worker));
  const reading = system.baseUrls.map((_, at) => readOn(at));
  await meanwhile();
  over = true;
  await Promise.all([...working, ...reading]);
  return { results, reads };
}

/** One that is under way for longer than a kill under load takes; its head has come. */
async function startLongStream(at: number) {
  const [dialect] = clientDialects as readonly [ClientDialect];
  const body = dialect.ask(directed({ words: 300, chunkDelayMs: 100 }), { stream: true });
  const baseUrl = system.baseUrls[at] ?? '';
  const answer = await open({ baseUrl, key: system.key }, dialect.path, { body });
  const id = answer.headers.get('x-flux-request-id') ?? '';
  return { id, readAll: () => answer.readAll() };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function killUnderLoad(name: string): Promise<Load> {
  return underLoad(async () => {
    await sleep(700);
    await system.restartOf(name, system.kill(name));
    await sleep(700);
  });
}

const failedReads = (reads: readonly Read[]) => reads.filter(({ status }) => status !== 200);
const failed = (results: readonly Result[]) => results.filter(({ ending }) => ending !== 'whole');

describe('two of every service side by side: kill -9 of one under load', () => {
  for (const name of [
    'router',
    'router-2',
    'accounts',
    'accounts-2',
    'query',
    'query-2',
    'metering',
  ]) {
    it(`fails no request: ${name}`, async () => {
      const { results, reads } = await killUnderLoad(name);
      expect(failed(results)).toEqual([]);
      expect(reads.length).toBeGreaterThan(5);
      // Each of the two readers may have had one under way on it. The engine is in metering's process.
      if (name.startsWith('query')) expect(failedReads(reads).length).toBeLessThan(3);
      else if (name !== 'metering') expect(failedReads(reads)).toEqual([]);
      expect(results.length).toBeGreaterThan(50);
      const last = results.at(-1)?.id ?? '';
      expect(await recordOf(system, last)).toMatchObject({ outcome: 'completed' });
    });
  }

  for (const name of ['provider-proxy', 'provider-proxy-2']) {
    it(`fails only what ran on it, and tells the client: ${name}`, async () => {
      const { results, reads } = await killUnderLoad(name);
      expect(failedReads(reads)).toEqual([]);
      for (const { id, ending, what } of failed(results)) {
        const isStream = what.endsWith('stream');
        expect([ending, what]).toEqual([isStream ? 'told that it was cut' : '502', what]);
        const record = await recordOf(system, id);
        expect(record).toMatchObject({ outcome: isStream ? 'cut' : 'failed', costUsd: '0' });
        // Closed by the journal of the one that was killed: it ran there.
        expect(record['attempts'].at(-1).outcome).toBe('orphaned');
      }
      expect(results.length).toBeGreaterThan(50);
    });
  }

  for (const [at, name] of ['ingress', 'ingress-2'].entries()) {
    it(`fails nothing at the other ingress, and has a record of what ran on it: ${name}`, async () => {
      const running = await startLongStream(at);
      const { results, reads } = await killUnderLoad(name);
      expect(failedReads(reads).filter((each) => each.at !== at)).toEqual([]);
      expect(failed(results).filter((result) => result.at !== at)).toEqual([]);
      expect((await running.readAll()).wasReset).toBe(true);
      const cut = failed(results).filter(({ id }) => id !== '');
      for (const { id } of [...cut, running]) {
        expect(await recordOf(system, id)).toMatchObject({ outcome: 'orphaned' });
      }
    });
  }
});

it('tells the truth of its readiness: no provider-proxy, no router', async () => {
  for (const service of ['provider-proxy', 'router'] as const) {
    const names = [service, `${service}-2`];
    const pids = names.map((name) => system.kill(name, 'SIGSTOP'));
    const status = async () => (await fetch(`${system.adminUrls['ingress']}/readyz`)).status;
    try {
      await until('not ready', async () => (await status()) === 503, { timeoutMs: 30_000 });
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    await until('ready again', async () => (await status()) === 200, { timeoutMs: 30_000 });
  }
});
