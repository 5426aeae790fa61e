import type { EventBus } from '@fluxrouter/event-bus';
import { type RunningSystem, until } from '@fluxrouter/testing';
import { lagOf } from './read-books.ts';

const DRAIN_MS_MAX = 300_000;

/** Of a new account; resolves when every ingress takes it. */
export async function newKey(system: RunningSystem, name: string): Promise<string> {
  const post = async (path: string) => {
    const response = await fetch(`${system.adminUrls['control']}/admin/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${system.operatorKey}` },
      body: JSON.stringify({ name }),
    });
    if (response.status !== 201) throw new Error(`${path}: ${response.status}`);
    return (await response.json()) as { id: string; secret: string };
  };
  const { id } = await post('/accounts');
  const { secret } = await post(`/accounts/${id}/keys`);
  const headers = { authorization: `Bearer ${secret}` };
  await until('the new key to work', async () => {
    const answers = system.baseUrls.map((url) => fetch(`${url}/v1/models`, { headers }));
    return (await Promise.all(answers)).every(({ status }) => status === 200);
  });
  return secret;
}

async function metricsOf(url: string, name: string): Promise<number[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const ofIt = text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return ofIt.map((line) => Number(line.slice(line.lastIndexOf(' '))));
}

async function totalOf(system: RunningSystem, name: string): Promise<number> {
  const urls = new Set(Object.values(system.adminUrls));
  const values = await Promise.all([...urls].map((url) => metricsOf(url, name)));
  return values.flat().reduce((total, each) => total + each, 0);
}

/** Their names, on services. */
export const ingressesOf = ({ adminUrls }: RunningSystem): string[] =>
  Object.keys(adminUrls).filter((name) => name.startsWith('ingress'));

/** Whether an ingress has a journal of so many bytes. Other processes may be down, and are not asked. */
export async function isJournalFull(system: RunningSystem, bytes: number): Promise<boolean> {
  const found = await Promise.all(
    ingressesOf(system).map((name) =>
      metricsOf(system.adminUrls[name] ?? '', 'flux_journal_bytes').catch(() => []),
    ),
  );
  return found.flat().some((each) => each >= bytes);
}

/** Waits until nothing is under way. @returns how many differences the reconciler tells of. */
export async function untilDrained(system: RunningSystem, bus: EventBus): Promise<number> {
  const total = (name: string) => totalOf(system, name);
  const isDrained = async () =>
    (await total('flux_requests_running')) === 0 &&
    (await total('flux_journal_outbox_events')) === 0 &&
    (await lagOf(bus)) === 0;
  const patience = { timeoutMs: DRAIN_MS_MAX, everyMs: 200 };
  await until('journals and lag to be empty', () => isDrained().catch(() => false), patience);
  // All is in the log; the reconciler reads the last of it.
  const isTakenBack = async () => (await total('flux_reconcile_not_shipped_events')) === 0;
  await until('late events to be seen', isTakenBack, { timeoutMs: 60_000 }).catch(() => {});
  return (
    (await total('flux_reconcile_differences_total')) +
    (await total('flux_reconcile_missing_records_total')) +
    (await total('flux_reconcile_not_shipped_events'))
  );
}
