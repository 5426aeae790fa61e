import { setTimeout as sleep } from 'node:timers/promises';
import { calm, isAlive, loseReplies, outliveTokens, type RunningSystem } from '@fluxrouter/testing';
import type { Engines } from './engines.ts';
import type { Disturbance } from './plan-chaos.ts';
import { ingressesOf } from './watch-system.ts';

/** What was done to a process, and when (ms since 1970). */
export interface Disturbed {
  readonly victim: string;
  readonly how: Disturbance['how'];
  readonly atMs: number;
}

export interface DisturberParts {
  readonly system: RunningSystem;
  readonly engines: Engines | undefined;
  /** ClickHouse remembers so many inserts of the usage table. */
  readonly tokensKept: number;
  /** Whether a journal has reached its limit. */
  isJournalFull(): Promise<boolean>;
  tell(line: string): void;
}

/** Longer than Kafka is away: no process starts without it. */
const RESTART_MS_MAX = 180_000;
/** A fault that needs traffic to come about may not come where there is none. */
const FAULT_MS_MAX = 90_000;
const REPLIES = 3;

/** Lets disturbances happen; those of different processes overlap, those of one wait for each other. */
export class Disturber {
  readonly done: Disturbed[] = [];
  readonly #parts: DisturberParts;
  readonly #busy = new Map<string, Promise<void>>();
  #underWay = 0;

  constructor(parts: DisturberParts) {
    this.#parts = parts;
  }

  start(disturbance: Disturbance): void {
    const victims = [disturbance.victim, ...this.#neededBy(disturbance)];
    const before = Promise.all(victims.map((each) => this.#busy.get(each)));
    const now = before.then(() => this.#disturb(disturbance));
    this.#underWay += 1;
    const ended = () => {
      this.#underWay -= 1;
    };
    // Its failure is told by `over`.
    now.then(ended, ended);
    for (const each of victims) this.#busy.set(each, now);
  }

  /** A journal gets full where an ingress takes requests: one that is killed then comes back only with Kafka. */
  #neededBy({ how }: Disturbance): string[] {
    return how === 'fill' ? ingressesOf(this.#parts.system) : [];
  }

  /** Whether something is being done, which may need traffic to come about. */
  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  /** Resolves when each process is back; throws where one is not. */
  async over(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  #disturb(disturbance: Disturbance): Promise<void> {
    const { victim } = disturbance;
    if (victim !== 'kafka' && victim !== 'clickhouse') return this.#toProcess(disturbance);
    const { engines } = this.#parts;
    if (engines === undefined) throw new Error(`there is no ${victim} to disturb`);
    if (disturbance.how === 'lose replies' || disturbance.how === 'outlive')
      return this.#toReplies(disturbance, engines);
    return this.#toEngine(disturbance, engines);
  }

  #note({ victim, how }: Disturbance): void {
    this.done.push({ victim, how, atMs: Date.now() });
    this.#parts.tell(`${victim}: ${how}`);
  }

  async #toProcess(disturbance: Disturbance): Promise<void> {
    const { victim, how, forMs } = disturbance;
    const { system } = this.#parts;
    const signal = how === 'kill' ? 'SIGKILL' : how === 'end' ? 'SIGTERM' : 'SIGSTOP';
    this.#note(disturbance);
    const pid = system.kill(victim, signal);
    if (how === 'pause') {
      await sleep(forMs);
      if (isAlive(pid)) process.kill(pid, 'SIGCONT');
      return;
    }
    await system.restartOf(victim, pid, RESTART_MS_MAX);
  }

  async #toEngine(disturbance: Disturbance, engines: Engines): Promise<void> {
    const { victim, how, forMs } = disturbance;
    const engine = victim === 'kafka' ? engines.kafka : engines.clickhouse;
    if (how !== 'fill') this.#note(disturbance);
    if (how === 'pause') {
      engine.signal('SIGSTOP');
      await sleep(forMs);
      engine.signal('SIGCONT');
      return;
    }
    await engine.kill();
    try {
      if (how !== 'fill') await sleep(forMs);
      else if (await this.#untilFull()) this.#note(disturbance);
    } finally {
      await engine.start();
    }
  }

  /** Kafka is away, and requests go on. */
  async #untilFull(): Promise<boolean> {
    this.#parts.tell('kafka: away until a journal is full');
    const untilMs = performance.now() + FAULT_MS_MAX;
    while (performance.now() < untilMs) {
      if (await this.#parts.isJournalFull().catch(() => false)) return true;
      await sleep(100);
    }
    return false;
  }

  async #toReplies(disturbance: Disturbance, engines: Engines): Promise<void> {
    const { kafkaProxy, clickhouseProxy } = engines;
    let came: Promise<void>;
    if (disturbance.victim === 'kafka') {
      const wanted = kafkaProxy.lost + REPLIES;
      kafkaProxy.loseReplies(REPLIES);
      came = (async () => {
        while (kafkaProxy.lost < wanted) await sleep(20);
      })();
    } else if (disturbance.how === 'outlive') {
      came = outliveTokens(clickhouseProxy, this.#parts.tokensKept + 1);
    } else came = loseReplies(clickhouseProxy, REPLIES);
    const late = sleep(FAULT_MS_MAX, 'late', { ref: false });
    if ((await Promise.race([came, late])) === 'late') calm(clickhouseProxy);
    else this.#note(disturbance);
  }
}
