import { seededRandom } from '../e2e/support/random.ts';

export type ChaosForm = 'one-machine' | 'services' | 'services-kafka';

/** What happens to one process, once so many requests have been answered. */
export interface Disturbance {
  readonly afterAnswers: number;
  readonly victim: string;
  /**
   * kill: -9. end: SIGTERM. pause: SIGSTOP, and SIGCONT after `forMs`; for a Kafka or ClickHouse that was
   * killed, how long it is away. lose replies: to what was done. outlive: a reply is lost, and repeated only
   * when ClickHouse has forgotten. fill: Kafka is away until a journal is full.
   */
  readonly how: 'kill' | 'end' | 'pause' | 'lose replies' | 'outlive' | 'fill';
  readonly forMs: number;
}

const processes: Readonly<Record<ChaosForm, readonly string[]>> = {
  'one-machine': ['gateway', 'metering', 'control', 'sandbox'],
  services: ['ingress', 'provider-proxy', 'metering', 'router', 'accounts', 'query', 'sandbox'],
  get 'services-kafka'() {
    return processes.services;
  },
};

/** All but the sandbox, which is the world outside. */
const namesOf = (form: ChaosForm, replicas: number) =>
  processes[form].flatMap((name) =>
    Array.from({ length: name === 'sandbox' ? 1 : replicas }, (_, index) =>
      index === 0 ? name : `${name}-${index + 1}`,
    ),
  );

const KAFKA_KILLS_MAX = 10;
/** Longer than KAFKA_SESSION_TIMEOUT of the run: some of the paused are taken for dead. */
const PAUSE_MS_MAX = 4_000;
/** Longer than CLICKHOUSE_TIMEOUT of the run. */
const SILENCE_MS = 6_000;

export interface ChaosSize {
  readonly answers: number;
  readonly kills: number;
  /** Processes of each service. */
  readonly replicas: number;
}

/** The same disturbances for the same seed: each process in turn, at random moments. */
export function planChaos(
  seed: number,
  form: ChaosForm,
  { answers, kills, replicas }: ChaosSize,
): Disturbance[] {
  const random = seededRandom(seed);
  const between = (from: number, to: number) => Math.floor(from + random() * (to - from));
  const names = namesOf(form, replicas);
  const isOnKafka = form === 'services-kafka';
  const tenth = Math.ceil(kills / 10);
  const kafkaKills = isOnKafka ? Math.min(KAFKA_KILLS_MAX, tenth) : 0;
  const clickhouseKills = isOnKafka ? tenth : 0;
  const planned: Disturbance[] = [];
  // What has to come about by traffic begins while there is still much of it.
  const add = (how: Disturbance['how'], victim: string, latest = 0.95) =>
    planned.push({
      afterAnswers: between(0.03 * answers, latest * answers),
      ...{ victim, how },
      forMs: victim === 'clickhouse' && how === 'pause' ? SILENCE_MS : between(100, PAUSE_MS_MAX),
    });
  const first = between(0, names.length);
  const inTurn = (n: number) => names[(first + n) % names.length] as string;
  for (let n = 0; n < kills - kafkaKills - clickhouseKills; n += 1) add('kill', inTurn(n));
  for (let n = 0; n < kafkaKills; n += 1) add('kill', 'kafka');
  for (let n = 0; n < clickhouseKills; n += 1) add('kill', 'clickhouse');
  for (let n = 0; n < Math.ceil(kills / 3); n += 1) add('pause', inTurn(n + 1));
  for (let n = 0; n < tenth; n += 1) add('end', inTurn(n + 2));
  if (isOnKafka) {
    add('pause', 'kafka');
    for (let n = 0; n < tenth; n += 1) {
      add('pause', 'clickhouse');
      add('lose replies', 'clickhouse', 0.6);
      add('lose replies', 'kafka', 0.6);
    }
    for (let n = 0; n < Math.ceil(kills / 20); n += 1) {
      add('outlive', 'clickhouse', 0.6);
      add('fill', 'kafka', 0.6);
    }
  }
  return planned.sort((a, b) => a.afterAnswers - b.afterAnswers);
}
