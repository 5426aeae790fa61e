import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import type { Child } from './child.ts';
import { apiPath, type Subject } from './subject.ts';

const journalTimeoutMs = 10_000;
// The shipper waits 25 ms for company; asking more often would be work that nobody asked for.
const pollMs = 60;

export interface Gateway extends Subject {
  readonly system: RunningSystem;
  stop(): Promise<void>;
}

/** The whole system on the benchmark's sandbox; its gateway process is what is measured. */
export async function startGateway(
  sandbox: Child,
  env: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const system = await startSystem({
    form: 'one-machine',
    env: { SANDBOX_URL: sandbox.url, ...env },
  });
  const { baseUrl, key, adminUrls } = system;
  const headers = ['content-type', 'application/json', 'authorization', `Bearer ${key}`];
  return {
    name: 'ours',
    system,
    get pid() {
      return pidOf(system, 'gateway');
    },
    target: (body) => ({ origin: baseUrl, path: apiPath, headers, body }),
    settled: () => journalEmpty(adminUrls['gateway'] ?? ''),
    stop: () => system.stop(),
  };
}

export function pidOf(system: RunningSystem, name: string): number {
  const pid = system.pids()[name];
  if (pid === undefined) throw new Error(`${name} is not running`);
  return pid;
}

interface Readiness {
  readonly checks: { readonly journal?: { readonly detail?: { readonly outbox?: number } } };
}

export async function journalEmpty(adminUrl: string): Promise<void> {
  const giveUpAt = performance.now() + journalTimeoutMs;
  while (performance.now() < giveUpAt) {
    await sleep(pollMs);
    const { checks } = (await (await fetch(`${adminUrl}/readyz`)).json()) as Readiness;
    const waiting = checks.journal?.detail?.outbox;
    if (waiting === 0) return;
    if (waiting === undefined) throw new Error('the gateway does not say what its journal holds');
  }
  throw new Error(`the journal was not empty within ${journalTimeoutMs} ms`);
}
