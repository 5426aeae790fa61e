import { type ChildProcess, fork } from 'node:child_process';
import { isFinal } from '../exit-codes.ts';
import { isReadyMessage } from './child-message.ts';
import { nextRestartDelay } from './restart-delay.ts';

/** One process of the system, as the launcher starts it. */
export interface ProcessPlan {
  name: string;
  /** Absolute path of its main.ts. */
  entry: string;
  args: readonly string[];
  /** The others are started when it is ready. */
  first?: true;
  /** Flags of Node itself. */
  nodeFlags: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
}

export interface ProcessEvents {
  /** It is ready, for the first time or after a restart. */
  onReady(name: string, pid: number): void;
  /** It ended without having been asked to, and comes again in `againInMs`. */
  onDied(name: string, how: string, againInMs: number): void;
  /** It has never been ready, and another start would not help. */
  onHopeless(name: string, code: number | null): void;
}

/** Longer than a predecessor whose launcher was killed may take to let go of its journal. */
const hopelessAfterMs = 30_000;
/** On a busy machine one start may take longer than that: it takes several to give up. */
const hopelessStarts = 5;

/** Keeps one process running until it is told to stop. */
export class SupervisedProcess {
  readonly #plan: ProcessPlan;
  readonly #events: ProcessEvents;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #delayMs = 0;
  #firstStartAt = 0;
  #failedStarts = 0;
  #wasReady = false;
  #stopping = false;
  #wantedEnd = false;

  constructor(plan: ProcessPlan, events: ProcessEvents) {
    this.#plan = plan;
    this.#events = events;
  }

  get name(): string {
    return this.#plan.name;
  }

  get isFirst(): boolean {
    return this.#plan.first === true;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const { entry, args, env, nodeFlags } = this.#plan;
    const startedAt = performance.now();
    this.#firstStartAt ||= startedAt;
    // A session of its own: Ctrl-C reaches the launcher alone, which stops all in their order.
    const child = fork(entry, [...args], {
      env: { ...env },
      execPath: process.execPath,
      execArgv: [...nodeFlags],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
    });
    this.#child = child;
    child.on('message', (message) => {
      if (!isReadyMessage(message) || child.pid === undefined) return;
      this.#wasReady = true;
      this.#events.onReady(this.name, child.pid);
    });
    const ended = (code: number | null, signal: NodeJS.Signals | null) => {
      if (this.#child === child) this.#ended(code, signal, performance.now() - startedAt);
    };
    child.once('exit', ended);
    child.on('error', () => {
      // It could not be started at all (no memory, no process left): there is no exit to wait for.
      if (child.pid === undefined) ended(null, null);
    });
  }

  /** Ends it and starts it anew at once, for changed sources. */
  renew(graceMs: number): void {
    const child = this.#child;
    if (child === undefined) {
      this.#startNow();
      return;
    }
    this.#wantedEnd = true;
    child.kill('SIGTERM');
    const killing = setTimeout(() => child.kill('SIGKILL'), graceMs);
    child.once('exit', () => clearTimeout(killing));
  }

  /** SIGTERM, and SIGKILL after the grace. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const killing = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(killing);
  }

  killNow(): void {
    this.#stopping = true;
    clearTimeout(this.#restart);
    this.#child?.kill('SIGKILL');
  }

  #ended(code: number | null, signal: NodeJS.Signals | null, livedMs: number): void {
    this.#child = undefined;
    if (this.#stopping) return;
    if (this.#wantedEnd) {
      this.#startNow();
      return;
    }
    this.#failedStarts += 1;
    const tooLong =
      this.#failedStarts >= hopelessStarts &&
      performance.now() - this.#firstStartAt > hopelessAfterMs;
    if (!this.#wasReady && (isFinal(code) || tooLong)) {
      this.#events.onHopeless(this.name, code);
      return;
    }
    this.#delayMs = nextRestartDelay(this.#delayMs, livedMs);
    const how = signal === null ? `exit code ${code}` : signal;
    this.#events.onDied(this.name, how, this.#delayMs);
    this.#restart = setTimeout(() => this.start(), this.#delayMs);
  }

  #startNow(): void {
    this.#wantedEnd = false;
    clearTimeout(this.#restart);
    this.start();
  }
}
