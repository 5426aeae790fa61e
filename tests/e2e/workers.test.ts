import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordOf } from './support/records.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ env: { GATEWAY_WORKERS: '2' } });
});
afterAll(() => system.stop());

async function ask(): Promise<Response> {
  return fetch(`${system.baseUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.key}`, connection: 'close' },
    body: JSON.stringify({ model: 'flux-auto', messages: [{ role: 'user', content: 'ping' }] }),
  });
}

async function admin(path: string): Promise<Response> {
  return fetch(system.adminUrls['gateway'] + path, {
    headers: { authorization: `Bearer ${system.operatorKey}` },
  });
}

describe('a gateway of two workers', () => {
  it('answers on one port, with a record of each request, and is counted as one', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) ids.push((await ask()).headers.get('x-flux-request-id') ?? '');
    for (const id of ids) {
      expect(await recordOf(system, id, 5_000)).toMatchObject({ outcome: 'completed' });
    }
    const page = await (await admin('/metrics')).text();
    const counts = page.matchAll(/flux_requests_total\{[^}]*outcome="completed"[^}]*\} (\d+)/g);
    const sum = [...counts].reduce((total, [, count]) => total + Number(count), 0);
    // The launcher's own first request is one of them.
    expect(sum).toBe(11);
    expect(await (await admin('/readyz')).json()).toMatchObject({
      ready: true,
      checks: { workers: { detail: { workers: 2, ready: 2 } } },
    });
    const found = (await (await admin(`/admin/v1/requests?any=${ids[0]}`)).json()) as { data: [] };
    expect(found.data).toHaveLength(1);
  });
});
