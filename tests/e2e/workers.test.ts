import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bookOf } from './support/book.ts';
import { responses } from './support/dialects.ts';
import { type Answer, send } from './support/http-client.ts';
import { makeCustomer } from './support/operators.ts';
import { type Reachable, recordOf } from './support/records.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ env: { GATEWAY_WORKERS: '2' } });
});
afterAll(() => system.stop());

async function ask(more: Record<string, string> = {}): Promise<Response> {
  return fetch(`${system.baseUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.key}`, connection: 'close', ...more },
    body: JSON.stringify({ model: 'flux-auto', messages: [{ role: 'user', content: 'ping' }] }),
  });
}

/** On a connection of its own: any worker may get it. */
async function respond(customer: Reachable, more: object): Promise<Answer> {
  return send(customer, responses.path, {
    body: responses.ask('ping', { model: 'gpt-5.4', ...more }),
    headers: { connection: 'close' },
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
      expect(await recordOf(system, id)).toMatchObject({ outcome: 'completed' });
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

  it('takes an Idempotency-Key once, whichever worker gets it, and after a restart too', async () => {
    const before = bookOf(system).length;
    const again = () => ask({ 'idempotency-key': 'once' });
    const answers = await Promise.all(Array.from({ length: 16 }, again));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(15).fill(409)]);
    expect(bookOf(system)).toHaveLength(before + 1);
    await system.restartOf('gateway', system.kill('gateway'));
    const late = await again();
    expect(late.status).toBe(409);
    const first = answers.find(({ status }) => status === 200);
    expect(await late.text()).toContain(first?.headers.get('x-flux-request-id') ?? 'no id');
  });

  it('knows whose a kept id is, whichever worker gave it out, and after a restart too', async () => {
    const other = await makeCustomer(system, 'other');
    const { json } = await respond(system, {});
    const [item] = json.output;
    const reference = { input: [{ type: 'item_reference', id: item.id }] };
    const previous = { previous_response_id: json.id };
    // Its key is known to one of the workers so far.
    await until('every worker to know the key', async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => respond(other, previous)));
      return answers.every(({ status }) => status !== 401);
    });
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 6; i++) {
        for (const more of [reference, previous]) {
          expect((await respond(system, more)).status).toBe(200);
          expect((await respond(other, more)).status).toBe(404);
        }
      }
      if (round === 0) await system.restartOf('gateway', system.kill('gateway'));
    }
  });
});
