const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof signals)[number];

/**
 * Resolves with the first signal that asks the process to end. The handlers stay, so that a second
 * one does not cut the end short: whoever is impatient has SIGKILL.
 */
export function untilSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    for (const signal of signals) process.on(signal, () => resolve(signal));
  });
}
