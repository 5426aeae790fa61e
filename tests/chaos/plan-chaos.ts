import { seededRandom } from '../e2e/support/random.ts';

export type ChaosForm = 'one-machine' | 'services' | 'services-kafka';

/** What happens to one process, once so many requests have been answered. */
export interface Disturbance {
  readonly afterAnswers: number;
  readonly victim: string;
  /** kill: -9. end: SIGTERM. pause: SIGSTOP, and SIGCONT after `forMs`; for a Kafka that was killed, how long it is away. */
  readonly how: 'kill' | 'end' | 'pause';
  readonly forMs: number;
}

const processes: Readonly<Record<ChaosForm, readonly string[]>> = {
  'one-machine': ['gateway', 'metering', 'control', 'sandbox'],
  services: ['ingress', 'provider-proxy', 'metering', 'router', 'accounts', 'query', 'sandbox'],
  get 'services-kafka'() {
    return processes.services;
  },
};

const KAFKA_KILLS_MAX = 10;
/** Longer than KAFKA_SESSION_TIMEOUT of the run: some of the paused are taken for dead. */
const PAUSE_MS_MAX = 4_000;

/** The same disturbances for the same seed: each process in turn, at random moments. */
export function planChaos(
  seed: number,
  form: ChaosForm,
  { attempts, kills }: { readonly attempts: number; readonly kills: number },
): Disturbance[] {
  const random = seededRandom(seed);
  const between = (from: number, to: number) => Math.floor(from + random() * (to - from));
  const names = processes[form];
  const kafkaKills =
    form === 'services-kafka' ? Math.min(KAFKA_KILLS_MAX, Math.ceil(kills / 10)) : 0;
  const planned: Disturbance[] = [];
  const add = (how: Disturbance['how'], victim: string) =>
    planned.push({
      afterAnswers: between(0.03 * attempts, 0.95 * attempts),
      ...{ victim, how, forMs: between(100, PAUSE_MS_MAX) },
    });
  const first = between(0, names.length);
  const inTurn = (n: number) => names[(first + n) % names.length] as string;
  for (let n = 0; n < kills - kafkaKills; n += 1) add('kill', inTurn(n));
  for (let n = 0; n < kafkaKills; n += 1) add('kill', 'kafka');
  for (let n = 0; n < Math.ceil(kills / 3); n += 1) add('pause', inTurn(n + 1));
  if (form === 'services-kafka') add('pause', 'kafka');
  for (let n = 0; n < Math.ceil(kills / 10); n += 1) add('end', inTurn(n + 2));
  return planned.sort((a, b) => a.afterAnswers - b.afterAnswers);
}
