import type { Log } from '@fluxrouter/service-kit/log';
import type { Metrics } from '@fluxrouter/service-kit/metrics';
import type { AttemptPorts } from './ports.ts';

/** Names of provider-proxy's metrics. */
const attemptMetricNames = {
  attempts: 'flux_attempts_total',
  alarms: 'flux_alarms_total',
} as const;

/** An alarm that repeats is counted each time and logged once in so long. */
const LOG_EVERY_MS = 60_000;

export function countAttempts({
  log,
  metrics,
}: {
  log: Log;
  metrics: Metrics;
}): Pick<AttemptPorts, 'ended' | 'alarm'> {
  const attempts = metrics.counter({
    name: attemptMetricNames.attempts,
    help: 'Attempts at providers, by how they ended',
    labels: ['model', 'outcome', 'error'],
  });
  const alarms = metrics.counter({
    name: attemptMetricNames.alarms,
    help: 'What a person must look at: credentials that a provider refused, answers that cost nothing',
    labels: ['kind', 'model'],
  });
  const loggedAtMs = new Map<string, number>();
  return {
    ended: (model, outcome, why) => attempts.inc({ model, outcome, error: why?.code ?? '' }),
    alarm(kind, model) {
      alarms.inc({ kind, model });
      const nowMs = Date.now();
      if (nowMs - (loggedAtMs.get(kind + model) ?? 0) < LOG_EVERY_MS) return;
      loggedAtMs.set(kind + model, nowMs);
      log.error({ kind, model }, 'An attempt raised an alarm');
    },
  };
}
