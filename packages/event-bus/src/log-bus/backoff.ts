/** Wait before attempt `attempt + 1` of something that failed `attempt` times: 0.1 s to 5 s. */
export function retryDelayMs(attempt: number): number {
  return Math.min(5_000, 100 * 2 ** Math.min(attempt - 1, 10));
}

/** Wait before the next look for a broker that is away: 0.1 s to 1 s, so that it is in use soon. */
export function reconnectDelayMs(attempt: number): number {
  return Math.min(1_000, retryDelayMs(attempt));
}

/** A short wait for a lock of another process, not worth telling anybody. */
export const BUSY_RETRY_MS = 3;
