import { startedAtUptimeMs, uptimeMs } from '../processes/process-reading.ts';
import type { Gateway } from '../processes/start-gateway.ts';
import type { Figure } from '../report/figure.ts';
import { spread } from '../statistics.ts';

const starts = 3;

export const coldStartNotes = [
  'Cold start: from the start of the gateway process (killed, and started by the launcher) until it is ready and ready.json says so; compile cache warm.',
];

/** How long a gateway process takes from nothing to ready, the rest of the system running. */
export async function measureColdStart({ system }: Gateway): Promise<Figure[]> {
  const readyMs: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const killed = system.kill('gateway');
    const pid = await system.restartOf('gateway', killed);
    readyMs.push(uptimeMs() - startedAtUptimeMs(pid));
  }
  return [{ name: 'gateway process, start to ready', unit: 'ms', ours: spread(readyMs) }];
}
