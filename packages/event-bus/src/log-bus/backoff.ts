/** Wait before attempt `attempt + 1` of something that failed `attempt` times: 0.1 s to 5 s. */
export function retryDelayMs(attempt: number): number {
  return Math.min(5_000, 100 * 2 ** Math.min(attempt - 1, 10));
}

/** A short wait for a lock of another process, not worth telling anybody. */
export const BUSY_RETRY_MS = 3;
