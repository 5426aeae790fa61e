import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalKafka } from '@fluxrouter/local-kafka';
import { isAlive, type RunningSystem } from '@fluxrouter/testing';
import type { Disturbance } from './plan-chaos.ts';

/** What was done to a process, and when (ms since 1970). */
export interface Disturbed {
  readonly victim: string;
  readonly how: Disturbance['how'];
  readonly atMs: number;
}

const RESTART_MS_MAX = 60_000;

/** Lets disturbances happen; those of different processes overlap, those of one wait for each other. */
export class Disturber {
  readonly done: Disturbed[] = [];
  readonly #system: RunningSystem;
  readonly #kafka: LocalKafka | undefined;
  readonly #busy = new Map<string, Promise<void>>();

  constructor(system: RunningSystem, kafka: LocalKafka | undefined) {
    this.#system = system;
    this.#kafka = kafka;
  }

  start(disturbance: Disturbance): void {
    const { victim } = disturbance;
    const before = this.#busy.get(victim) ?? Promise.resolve();
    const now = before.then(() =>
      victim === 'kafka' ? this.#toKafka(disturbance) : this.#toProcess(disturbance),
    );
    // Its failure is told by `over`.
    now.catch(() => {});
    this.#busy.set(victim, now);
  }

  /** Resolves when each process is back; throws where one is not. */
  async over(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  async #toProcess({ victim, how, forMs }: Disturbance): Promise<void> {
    const signal = ({ kill: 'SIGKILL', end: 'SIGTERM', pause: 'SIGSTOP' } as const)[how];
    this.done.push({ victim, how, atMs: Date.now() });
    const pid = this.#system.kill(victim, signal);
    if (how === 'pause') {
      await sleep(forMs);
      if (isAlive(pid)) process.kill(pid, 'SIGCONT');
      return;
    }
    await this.#system.restartOf(victim, pid, RESTART_MS_MAX);
  }

  async #toKafka({ how, forMs }: Disturbance): Promise<void> {
    const kafka = this.#kafka;
    if (kafka === undefined) throw new Error('there is no Kafka to disturb');
    this.done.push({ victim: 'kafka', how, atMs: Date.now() });
    if (how === 'pause') {
      kafka.signal('SIGSTOP');
      await sleep(forMs);
      kafka.signal('SIGCONT');
      return;
    }
    await kafka.kill();
    await sleep(forMs);
    await kafka.start();
  }
}
