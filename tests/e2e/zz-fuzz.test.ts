import { setTimeout as sleep } from 'node:timers/promises';
import { startSystem, until } from '@fluxrouter/testing';
import { expect, it } from 'vitest';
import { directed } from './support/ask.ts';
import { bookOf } from './support/book.ts';
import { clientDialects } from './support/dialects.ts';
import { send, start } from './support/http-client.ts';
import { seededRandom } from './support/random.ts';

it('fuzz', async () => {
  const system = await startSystem({ env: { FIRST_REQUEST: 'off', ATTEMPT_RETRIES: '0' } });
  const random = seededRandom(Date.now());
  let left = 0;
  const one = async (n: number) => {
    const dialect = clientDialects[n % 3]!;
    const stream = random() < 0.7;
    const d = [{ words: 30, chunkDelayMs: 2 }, { words: 30 }, { headDelayMs: 20 }, { silentMs: 30, words: 3 }, { usage: 'none', words: 20, chunkDelayMs: 1 }, { status: 500 }][Math.floor(random() * 6)]!;
    const r = start(system, dialect.path, { body: dialect.ask(directed(d), { stream }), headers: { 'x-client-request-id': `f-${n}`, te: 'trailers' } });
    const whole = r.head.then((h) => h.readAll()).catch(() => null);
    await sleep(random() ** 2 * 900);
    r.leave();
    left++;
    await whole;
  };
  for (let round = 0; round < 25; round++) await Promise.all(Array.from({ length: 12 }, (_, i) => one(round * 12 + i)));
  const page = async () => {
    const t = await (await fetch(`${system.adminUrls['gateway']}/metrics`)).text();
    return t;
  };
  await until('nothing running', async () => /ingress_running\S* 0\n|running\S* 0\n/.test(await page()));
  console.log((await page()).split('\n').filter((l) => /^flux/.test(l)).join('\n'));
  await sleep(3000);
  let all: any[] = []; let cursor: string | null = '';
  while (cursor !== null) { const { json }: any = await send(system, `/v1/requests?limit=200${cursor && `&cursor=${cursor}`}`); all.push(...json.data); cursor = json.next_cursor; }
  const c: Record<string, number> = {};
  for (const r of all) { const k = `${r.outcome} ${r.status} stream=${r.stream} att=${r.attempts.length} acc=${r.attempts.filter((a: any) => a.accepted).length} cost>0=${r.costUsd !== '0'} ${r.usage.source} ${r.errorCode}`; c[k] = (c[k] ?? 0) + 1; }
  console.log(left, all.length, c);
  console.log('book', bookOf(system).length, 'attempts', all.flatMap((r) => r.attempts).length);
  console.log(system.said().slice(-2000));
  await system.stop();
});
