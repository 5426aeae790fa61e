import cluster, { type Worker } from 'node:cluster';
import type { ReadinessCheck } from '@fluxrouter/service-kit/admin';
import type { Log } from '@fluxrouter/service-kit/log';
import { nextRestartDelay } from '../launcher/restart-delay.ts';

/** What the primary and its workers say to each other, beside what node:cluster says by itself. */
export type ToWorker = { readonly type: 'readiness?' };
export type ToPrimary =
  | { readonly type: 'ready' }
  | { readonly type: 'readiness'; readonly ready: boolean };

interface Seat {
  /** From 1; names the worker's journal, so a new worker of a seat recovers what the old one left. */
  readonly number: number;
  worker: Worker;
  ready: boolean;
  startedAtMs: number;
  delayMs: number;
  timer: NodeJS.Timeout | null;
}

export interface WorkerPool {
  /** All are ready. */
  untilReady(): Promise<void>;
  /** Asks each of them now. */
  readiness(): Promise<ReadinessCheck>;
  stop(graceMs: number): Promise<void>;
}

/** Keeps so many workers of this same program running. They share the port; a dead one is restarted. */
export function startWorkerPool(count: number, log: Log): WorkerPool {
  let stopping = false;
  let allReady: () => void = () => {};
  const untilReady = new Promise<void>((resolve) => {
    allReady = resolve;
  });
  const seats = Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const seat: Seat = {
      number,
      worker: fork(number),
      ready: false,
      startedAtMs: Date.now(),
      delayMs: 0,
      timer: null,
    };
    watch(seat);
    return seat;
  });

  function watch(seat: Seat): void {
    seat.worker.on('message', (message: ToPrimary) => {
      if (message.type !== 'ready') return;
      seat.ready = true;
      if (seats.every(({ ready }) => ready)) allReady();
    });
    seat.worker.once('exit', (code, signal) => {
      seat.ready = false;
      if (stopping) return;
      const livedMs = Date.now() - seat.startedAtMs;
      seat.delayMs = nextRestartDelay(seat.delayMs, livedMs);
      log.error({ worker: seat.number, code, signal, livedMs }, 'A worker died; it is restarted');
      seat.timer = setTimeout(() => {
        seat.worker = fork(seat.number);
        seat.startedAtMs = Date.now();
        watch(seat);
      }, seat.delayMs);
    });
  }

  return {
    untilReady: () => untilReady,
    async readiness() {
      const asked = await Promise.all(seats.map(({ worker, ready }) => ready && isReady(worker)));
      const ready = asked.filter(Boolean).length;
      return { ready: ready === count, detail: { workers: count, ready } };
    },
    async stop(graceMs) {
      stopping = true;
      const living = seats.map(({ worker, timer }) => {
        if (timer !== null) clearTimeout(timer);
        if (worker.isDead()) return Promise.resolve();
        const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
        worker.process.kill('SIGTERM');
        return gone;
      });
      const kill = setTimeout(() => {
        for (const { worker } of seats) worker.process.kill('SIGKILL');
      }, graceMs);
      await Promise.all(living);
      clearTimeout(kill);
    },
  };
}

function fork(number: number): Worker {
  return cluster.fork({ GATEWAY_WORKER: String(number) });
}

function isReady(worker: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (message: ToPrimary): void => {
      if (message.type !== 'readiness') return;
      worker.off('message', answer);
      resolve(message.ready);
    };
    worker.on('message', answer);
    worker.send({ type: 'readiness?' } satisfies ToWorker, (error) => {
      if (error !== null) resolve(false);
    });
  });
}
