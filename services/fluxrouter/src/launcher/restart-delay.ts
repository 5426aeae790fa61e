const restartLimits = { firstMs: 100, mostMs: 5000, forgottenAfterMs: 30_000 } as const;

/**
 * How long to wait before the next start: twice as long after each short life, from 0.1 to 5 s. A
 * life of 30 s counts as a recovery.
 */
export function nextRestartDelay(previousMs: number, livedMs: number): number {
  if (livedMs >= restartLimits.forgottenAfterMs || previousMs === 0) return restartLimits.firstMs;
  return Math.min(previousMs * 2, restartLimits.mostMs);
}
