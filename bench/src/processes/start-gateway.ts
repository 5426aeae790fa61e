import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.ts';
import type { Subject } from './subject.ts';

const journalTimeoutMs = 10_000;
const pollMs = 20;

export interface Gateway extends Subject {
  stop(): Promise<void>;
}

export async function startGateway(
  sandbox: Child,
  nodeFlags: readonly string[] = [],
): Promise<Gateway> {
  const env = { SANDBOX_URL: sandbox.url };
  const child = await Child.start({ entry: 'gateway-process.ts', env, nodeFlags });
  const { baseUrl, key, adminUrl } = JSON.parse(child.url);
  const headers = ['content-type', 'application/json', 'authorization', `Bearer ${key}`];
  return {
    name: 'ours',
    pid: child.pid,
    target: (body) => ({ origin: baseUrl, path: '/v1/chat/completions', headers, body }),
    settled: () => journalEmpty(adminUrl),
    stop: () => child.stop(),
  };
}

async function journalEmpty(adminUrl: string): Promise<void> {
  const giveUpAt = performance.now() + journalTimeoutMs;
  while (performance.now() < giveUpAt) {
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
    if (/^flux_journal_outbox_events(?:\{.*\})? 0$/m.test(metrics)) return;
    await sleep(pollMs);
  }
  throw new Error(`the journal was not empty within ${journalTimeoutMs} ms`);
}
