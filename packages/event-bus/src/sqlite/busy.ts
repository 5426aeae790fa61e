const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

/** Another connection holds the lock right now: try again on a later turn. */
export function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  if (typeof code !== 'number') return false;
  const primary = code & 0xff;
  return primary === SQLITE_BUSY || primary === SQLITE_LOCKED;
}

/** How long to wait before attempt `attempt` (from 1): 1–8 ms, spread so that writers interleave. */
export function busyDelayMs(attempt: number): number {
  return Math.min(8, attempt) * (0.5 + Math.random());
}

/** Repeats a synchronous piece of work until the lock is free, without holding up the loop. */
export async function whenNotBusy<Result>(work: () => Result): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, busyDelayMs(attempt)));
  }
}
