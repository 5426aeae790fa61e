import type { Log } from '../log.ts';

export interface Stoppable {
  name: string;
  stop(): Promise<void> | void;
}

export interface StopReport {
  name: string;
  outcome: 'stopped' | 'failed' | 'timed_out';
}

/**
 * Stops one after the other: what lets work in goes first, what the others write to goes last. One
 * that fails or hangs does not keep the rest from being stopped.
 */
export async function stopInOrder(
  parts: readonly Stoppable[],
  { log, timeoutMs = 10_000 }: { log: Log; timeoutMs?: number },
): Promise<StopReport[]> {
  const reports: StopReport[] = [];
  for (const part of parts) {
    const outcome = await stopOne(part, timeoutMs, log);
    reports.push({ name: part.name, outcome });
    if (outcome === 'timed_out')
      log.warn({ part: part.name, timeoutMs }, 'A part did not stop in time');
  }
  return reports;
}

async function stopOne(
  part: Stoppable,
  timeoutMs: number,
  log: Log,
): Promise<StopReport['outcome']> {
  const { promise: late, resolve } = Promise.withResolvers<'timed_out'>();
  const timer = setTimeout(resolve, timeoutMs, 'timed_out');
  const stopped = Promise.resolve()
    .then(() => part.stop())
    .then(
      () => 'stopped' as const,
      (err: unknown) => {
        log.error({ part: part.name, err }, 'A part failed while stopping');
        return 'failed' as const;
      },
    );
  try {
    return await Promise.race([stopped, late]);
  } finally {
    clearTimeout(timer);
  }
}
