import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventBus, openEmbeddedBus } from '@fluxrouter/event-bus';
import { openKafkaBus } from '@fluxrouter/event-bus/kafka';
import { deleteTopic, forgetGroup } from '@fluxrouter/event-bus/testing';
import { TOPICS } from '@fluxrouter/events';
import { type ClickHouseOptions, connectClickHouse, migrate } from '@fluxrouter/metering';
import { stopMerges } from '@fluxrouter/metering/testing';
import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { bookOf } from '../e2e/support/book.ts';
import type { Books, Logged, Tables } from './books.ts';
import { compareBooks, type Verdict } from './compare-books.ts';
import { Disturber } from './disturb.ts';
import { type Asked, driveLoad } from './drive-load.ts';
import { type Engines, startEngines } from './engines.ts';
import { type ChaosForm, planChaos } from './plan-chaos.ts';
import { lagOf, readJournals, readLog, readTables } from './read-books.ts';
import { isJournalFull, newKey, untilDrained } from './watch-system.ts';

export interface ChaosOptions {
  readonly form: ChaosForm;
  /** Of questions, victims and moments; what is under way at a moment is chance. */
  readonly seed: number;
  /** At least so many attempts at providers. */
  readonly attempts: number;
  /** kill -9 of processes; on Kafka, one in ten of them of Kafka (10 at most), one in ten of ClickHouse. */
  readonly kills: number;
  /** Processes of each service, side by side; 1 by default. */
  readonly replicas?: number;
  /** Told of progress, a line at a time. */
  readonly tell?: (line: string) => void;
}

const CLIENTS = 32;
/** Each has its partition of the log. */
const ACCOUNTS = 6;
/** Of the usage table; ClickHouse knows no more inserts again than these. */
const TOKENS_KEPT = 20;
const JOURNAL_BYTES = 512 * 1024;
/** Of this mix of questions, for each attempt that is wanted: others are tried again, or elsewhere (1.2 were seen). */
const ANSWERS_AN_ATTEMPT = 0.88;
/** Questions of the load on the topic that was made anew are numbered from here. */
const SECOND_LOAD_FROM = 10_000_000;

/** Starts a system, disturbs it under load, lets it settle, stops it and compares what is written where. */
export async function runChaos(options: ChaosOptions): Promise<Verdict> {
  const directory = mkdtempSync(join(tmpdir(), 'flux-chaos-'));
  let engines: Engines | undefined;
  const run = new Run(options, join(directory, 'data'));
  try {
    if (options.form === 'services-kafka') engines = await startEngines(directory);
    return await run.run(engines);
  } catch (error) {
    options.tell?.(`the run failed; the system's last words:\n${run.lastWords()}`);
    throw error;
  } finally {
    await run.close();
    await engines?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

class Run {
  readonly #options: ChaosOptions;
  readonly #dataDir: string;
  readonly #tell: (line: string) => void;
  readonly #asked: Asked[] = [];
  #engines: Engines | undefined;
  #system: RunningSystem | undefined;
  #bus: EventBus | undefined;
  #alarms = 0;

  constructor(options: ChaosOptions, dataDir: string) {
    this.#options = options;
    this.#dataDir = dataDir;
    this.#tell = options.tell ?? (() => {});
  }

  async run(engines: Engines | undefined): Promise<Verdict> {
    this.#engines = engines;
    const { form, seed, attempts, kills, replicas = 1 } = this.#options;
    await this.#prepareTables();
    const answers = Math.ceil(attempts * ANSWERS_AN_ATTEMPT);
    const planned = planChaos(seed, form, { answers, kills, replicas });
    const faults = new Set(planned.map(({ victim, how }) => `${victim} ${how}`));
    await this.#openBus().ensureTopics(Object.values(TOPICS));
    await this.#start();
    this.#tell(`${form} is ready, seed ${seed}`);
    const disturbed = await this.#disturbUnderLoad(planned, answers);
    this.#tell(`${this.#asked.length} requests sent; waiting for journals and lag`);
    await this.#settle();
    let log = await this.#readLog();
    let tables = await this.#readTables();
    let beforeReplay: Books['beforeReplay'];
    if (engines !== undefined) {
      const epoch = log[0]?.epoch ?? '';
      beforeReplay = { raw: tables.raw, final: tables.final, epoch };
      await this.#replay(engines);
      log = [...log, ...(await this.#makeTopicAnew(engines))];
      tables = await this.#readTables();
    }
    this.#tell('reading the books');
    const books: Books = {
      ...{ served: bookOf({ dataDir: this.#dataDir }), log, ...tables },
      journals: readJournals(this.#dataDir),
      lagRecords: await lagOf(this.#openBus()),
      alarms: this.#alarms,
      ...(beforeReplay && { beforeReplay }),
    };
    const wanted = { attempts, kills, faults: [...faults] };
    return compareBooks(books, { form, wanted, asked: this.#asked, disturbed });
  }

  /** What the processes have said. */
  lastWords(): string {
    return this.#system?.said().split('\n').slice(-100).join('\n') ?? '';
  }

  async close(): Promise<void> {
    await this.#system?.stop();
    await this.#bus?.close();
  }

  async #start(): Promise<RunningSystem> {
    const { form, replicas = 1 } = this.#options;
    const engines = this.#engines;
    this.#system = await startSystem({
      form: form === 'one-machine' ? 'one-machine' : 'services',
      dataDir: this.#dataDir,
      readyTimeoutMs: 300_000,
      env: {
        FIRST_REQUEST: 'off',
        // Parts stay apart here: fewer of them.
        METERING_REST: '2s',
        RECONCILE_EVERY: '5s',
        KAFKA_SESSION_TIMEOUT: '3s',
        REPLICAS: String(replicas),
        ...(engines && {
          KAFKA_BROKERS: engines.kafkaProxy.brokers,
          CLICKHOUSE_URL: engines.clickhouseProxy.url,
          CLICKHOUSE_TIMEOUT: '5s',
          JOURNAL_BYTES: String(JOURNAL_BYTES),
        }),
      },
    });
    return this.#system;
  }

  /** A new one knows the topic as it is now. */
  #openBus(): EventBus {
    const brokers = this.#engines?.kafkaProxy.brokers;
    this.#bus ??=
      brokers === undefined
        ? openEmbeddedBus({ directory: join(this.#dataDir, 'bus') })
        : openKafkaBus({ brokers: [brokers] });
    return this.#bus;
  }

  async #closeBus(): Promise<void> {
    await this.#bus?.close();
    this.#bus = undefined;
  }

  get #clickhouse(): ClickHouseOptions {
    const url = this.#engines?.clickhouse.url;
    return url === undefined ? { chdbPath: join(this.#dataDir, 'clickhouse') } : { url };
  }

  /** Merges would hide a row that is there twice. */
  async #prepareTables(): Promise<void> {
    const { client, close } = await connectClickHouse(this.#clickhouse);
    await migrate(client, { deduplicationWindow: TOKENS_KEPT });
    await stopMerges(client);
    await client.command({
      query:
        'ALTER TABLE flux.usage MODIFY SETTING parts_to_delay_insert = 100000, parts_to_throw_insert = 100000',
    });
    await close();
  }

  async #disturbUnderLoad(planned: ReturnType<typeof planChaos>, answers: number) {
    const system = this.#system as RunningSystem;
    const waiting = [...planned];
    const disturber = new Disturber({
      ...{ system, engines: this.#engines, tokensKept: TOKENS_KEPT },
      isJournalFull: () => isJournalFull(system, JOURNAL_BYTES),
      tell: this.#tell,
    });
    const onAnswer = (answered: number) => {
      while ((waiting[0]?.afterAnswers ?? Number.POSITIVE_INFINITY) <= answered) {
        const disturbance = waiting.shift();
        if (disturbance !== undefined) disturber.start(disturbance);
      }
      if (answered % 5_000 === 0)
        this.#tell(`${answered} answers, ${disturber.done.length} disturbed`);
    };
    await this.#load(answers, 0, onAnswer, () => disturber.isBusy);
    await disturber.over();
    return disturber.done;
  }

  async #load(
    answers: number,
    first: number,
    onAnswer: (answered: number) => void,
    goesOn = () => false,
  ) {
    const system = this.#system as RunningSystem;
    const keys = [system.key];
    while (keys.length < ACCOUNTS) keys.push(await newKey(system, `chaos-${first}-${keys.length}`));
    const asked = await driveLoad({
      ...{ seed: this.#options.seed, answers, clients: CLIENTS, first, onAnswer, goesOn },
      target: (n) => ({
        baseUrl: system.baseUrls[n % system.baseUrls.length] ?? system.baseUrl,
        key: keys[n % keys.length] ?? system.key,
      }),
    });
    // Not by spreading: there are too many.
    for (const each of asked) this.#asked.push(each);
  }

  /** Until all is metered and stopped. What a process ships as it ends may come after metering's last look: then once more. */
  async #settle(): Promise<void> {
    const bus = this.#openBus();
    await bus.ensureTopics([TOPICS.usage]);
    for (let rounds = 0; rounds < 3; rounds += 1) {
      const system = this.#system ?? (await this.#start());
      this.#alarms += await untilDrained(system, bus);
      this.#system = undefined;
      await system.stop();
      const { events } = readJournals(this.#dataDir);
      if (events === 0 && (await lagOf(bus)) === 0) return;
    }
  }

  async #readLog(): Promise<Logged[]> {
    const bus = this.#openBus();
    await bus.ensureTopics([TOPICS.usage]);
    return readLog(bus);
  }

  #readTables(): Promise<Tables & Pick<Books, 'quarantined'>> {
    return readTables(this.#clickhouse);
  }

  /** Metering reads all of the topic again. The system runs afterwards. */
  async #replay({ kafka }: Engines): Promise<void> {
    this.#tell('metering reads all again, from offset 0');
    await forgetGroup(kafka.brokers, 'metering');
    const system = await this.#start();
    this.#alarms += await untilDrained(system, this.#openBus());
  }

  /** Under the running system, which goes on. @returns the log of the new one. The system is stopped afterwards. */
  async #makeTopicAnew({ kafka }: Engines): Promise<Logged[]> {
    this.#tell('the topic is deleted and made anew');
    await this.#closeBus();
    await deleteTopic(kafka.brokers, TOPICS.usage.name);
    await this.#openBus().ensureTopics([TOPICS.usage]);
    const answers = Math.max(100, this.#options.attempts / 50);
    await this.#load(answers, SECOND_LOAD_FROM, () => {});
    await this.#settle();
    return this.#readLog();
  }
}
