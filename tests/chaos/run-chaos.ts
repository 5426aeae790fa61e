import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventBus, openEmbeddedBus } from '@fluxrouter/event-bus';
import { openKafkaBus } from '@fluxrouter/event-bus/kafka';
import { TOPICS } from '@fluxrouter/events';
import { type LocalKafka, startLocalKafka } from '@fluxrouter/local-kafka';
import { connectClickHouse, migrate } from '@fluxrouter/metering';
import { stopMerges } from '@fluxrouter/metering/testing';
import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import { bookOf } from '../e2e/support/book.ts';
import type { Books } from './books.ts';
import { compareBooks, type Verdict } from './compare-books.ts';
import { Disturber } from './disturb.ts';
import { driveLoad } from './drive-load.ts';
import { type ChaosForm, planChaos } from './plan-chaos.ts';
import { lagOf, readJournals, readLog, readTables } from './read-books.ts';

export interface ChaosOptions {
  readonly form: ChaosForm;
  /** Of questions, victims and moments; what is under way at a moment is chance. */
  readonly seed: number;
  /** At least so many attempts at providers. */
  readonly attempts: number;
  /** kill -9 of processes; on Kafka, one in ten of them of Kafka (10 at most). */
  readonly kills: number;
  /** Told of progress, a line at a time. */
  readonly tell?: (line: string) => void;
}

const CLIENTS = 24;
/** Each has its partition of the log. */
const ACCOUNTS = 3;
const DRAIN_MS_MAX = 180_000;

/** Starts a system, disturbs it under load, lets it settle, stops it and compares what is written where. */
export async function runChaos(options: ChaosOptions): Promise<Verdict> {
  const directory = mkdtempSync(join(tmpdir(), 'flux-chaos-'));
  const tell = options.tell ?? (() => {});
  let kafka: LocalKafka | undefined;
  let bus: EventBus | undefined;
  let system: RunningSystem | undefined;
  try {
    const dataDir = join(directory, 'data');
    await prepareTables(dataDir);
    if (options.form === 'services-kafka')
      kafka = await startLocalKafka({ directory: join(directory, 'kafka') });
    const start = () => startForm(options.form, dataDir, kafka);
    system = await start();
    tell(`${options.form} is ready, seed ${options.seed}`);
    const { asked, disturbed } = await disturbUnderLoad(system, kafka, options);
    tell(`${asked.length} requests sent; waiting for journals and lag`);
    bus = kafka === undefined ? embeddedBus(dataDir) : kafkaBus(kafka);
    await bus.ensureTopics([TOPICS.usage]);
    // What a process ships as it ends may come after metering's last look: then once more.
    for (let rounds = 0; ; rounds += 1) {
      const alarms = await untilDrained(system, bus);
      await system.stop();
      system = undefined;
      const journals = readJournals(dataDir);
      const lagRecords = await lagOf(bus);
      if ((journals.events === 0 && lagRecords === 0) || rounds === 2) {
        tell('stopped; reading the books');
        const log = await readLog(bus);
        const books: Books = {
          ...{ served: bookOf({ dataDir }), log, journals, lagRecords, alarms },
          ...(await readTables(dataDir)),
        };
        return compareBooks(books, { form: options.form, wanted: options, asked, disturbed });
      }
      system = await start();
    }
  } finally {
    await system?.stop();
    await bus?.close();
    await kafka?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Merges would hide a row that is there twice. */
async function prepareTables(dataDir: string): Promise<void> {
  const { client, close } = await connectClickHouse({ chdbPath: join(dataDir, 'clickhouse') });
  await migrate(client);
  await stopMerges(client);
  await client.command({
    query:
      'ALTER TABLE flux.usage MODIFY SETTING parts_to_delay_insert = 100000, parts_to_throw_insert = 100000',
  });
  await close();
}

function startForm(form: ChaosForm, dataDir: string, kafka: LocalKafka | undefined) {
  return startSystem({
    form: form === 'one-machine' ? 'one-machine' : 'services',
    dataDir,
    readyTimeoutMs: 120_000,
    env: {
      FIRST_REQUEST: 'off',
      // Parts stay apart here: fewer of them.
      METERING_REST: '1s',
      RECONCILE_EVERY: '2s',
      KAFKA_SESSION_TIMEOUT: '3s',
      ...(kafka && { KAFKA_BROKERS: kafka.brokers }),
    },
  });
}

function embeddedBus(dataDir: string): EventBus {
  return openEmbeddedBus({ directory: join(dataDir, 'bus') });
}

function kafkaBus({ brokers }: LocalKafka): EventBus {
  return openKafkaBus({ brokers: [brokers] });
}

async function disturbUnderLoad(
  system: RunningSystem,
  kafka: LocalKafka | undefined,
  { seed, form, attempts, kills, tell }: ChaosOptions,
) {
  const keys = [system.key];
  while (keys.length < ACCOUNTS) keys.push(await newKey(system, `chaos-${keys.length}`));
  const disturber = new Disturber(system, kafka);
  const planned = planChaos(seed, form, { attempts, kills });
  const asked = await driveLoad({
    ...{ seed, answers: attempts, clients: CLIENTS },
    target: (n) => ({
      baseUrl: system.baseUrls[n % system.baseUrls.length] ?? system.baseUrl,
      key: keys[n % keys.length] ?? system.key,
    }),
    onAnswer(answered) {
      while ((planned[0]?.afterAnswers ?? Number.POSITIVE_INFINITY) <= answered) {
        const disturbance = planned.shift();
        if (disturbance !== undefined) disturber.start(disturbance);
      }
      if (answered % 5_000 === 0) tell?.(`${answered} answers, ${disturber.done.length} disturbed`);
    },
  });
  await disturber.over();
  return { asked, disturbed: disturber.done };
}

/** Of a new account; resolves when it works. */
async function newKey(system: RunningSystem, name: string): Promise<string> {
  const post = async (path: string) => {
    const response = await fetch(`${system.adminUrls['control']}/admin/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${system.operatorKey}` },
      body: JSON.stringify({ name }),
    });
    if (response.status !== 201) throw new Error(`${path}: ${response.status}`);
    return (await response.json()) as { id: string; secret: string };
  };
  const { id } = await post('/accounts');
  const { secret } = await post(`/accounts/${id}/keys`);
  const headers = { authorization: `Bearer ${secret}` };
  await until('the new key to work', async () => {
    const response = await fetch(`${system.baseUrl}/v1/models`, { headers });
    return response.status === 200;
  });
  return secret;
}

/** @returns how many differences the reconciler tells of. */
async function untilDrained(system: RunningSystem, bus: EventBus): Promise<number> {
  const metric = async (name: string): Promise<number> => {
    const urls = new Set(Object.values(system.adminUrls));
    const texts = [...urls].map(async (url) => (await fetch(`${url}/metrics`)).text());
    let sum = 0;
    for (const text of await Promise.all(texts))
      for (const line of text.split('\n'))
        if (line.startsWith(`${name} `) || line.startsWith(`${name}{`))
          sum += Number(line.slice(line.lastIndexOf(' ')));
    return sum;
  };
  const isDrained = async () =>
    (await metric('flux_requests_running')) === 0 &&
    (await metric('flux_journal_outbox_events')) === 0 &&
    (await lagOf(bus)) === 0;
  const patience = { timeoutMs: DRAIN_MS_MAX, everyMs: 200 };
  await until('journals and lag to be empty', () => isDrained().catch(() => false), patience);
  return (
    (await metric('flux_reconcile_differences_total')) +
    (await metric('flux_reconcile_missing_records_total'))
  );
}
