import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../processes/stage.ts';
import { type Figure, goals } from '../report/figure.ts';
import { requestBodies } from '../request-bodies.ts';
import { percentile, spread } from '../statistics.ts';

const perSecond = 50;
const seconds = 20;
/** The first two are for connections and code to get warm. */
const warmUpSeconds = 2;
/** Only some are looked up, and not all the time: asking is a load too, on what it asks about. */
const lookUpEvery = 10;
const askEveryMs = 50;
const giveUpMs = 10_000;

export const visibilityNotes = [
  `Visible: from the end of an answer until GET /v1/requests/{id} says 200, at ${perSecond} requests/s for ${seconds} s; every ${lookUpEvery}th is looked up, each ${askEveryMs} ms.`,
];

/** How soon after its answer a request has its record. */
export async function measureVisibility({ ours }: Pick<Stage, 'ours'>): Promise<Figure[]> {
  const { origin, path, body } = ours.target(requestBodies.whole);
  const authorization = `Bearer ${ours.system.key}`;
  const lookedUp: Promise<number>[] = [];
  const sent: Promise<unknown>[] = [];
  const count = perSecond * (warmUpSeconds + seconds);
  const startedAt = performance.now();
  for (let number = 0; number < count; number += 1) {
    await sleep(Math.max(0, startedAt + (number * 1000) / perSecond - performance.now()));
    const id = answeredId(origin + path, body, authorization);
    sent.push(id);
    if (number >= perSecond * warmUpSeconds && number % lookUpEvery === 0) {
      lookedUp.push(
        id.then((each) => visibleAfterMs(`${origin}/v1/requests/${each}`, authorization)),
      );
    }
  }
  await Promise.all(sent);
  const times = await Promise.all(lookedUp);
  return [50, 95, 99].map((percent) => ({
    name: `record visible after its answer, p${percent}`,
    unit: 'ms',
    ours: spread([percentile(times, percent)]),
    ...(percent === 99 && { goal: goals.visibleP99Ms }),
  }));
}

async function answeredId(url: string, body: string, authorization: string): Promise<string> {
  const headers = { authorization, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body });
  await response.arrayBuffer();
  const id = response.headers.get('x-flux-request-id');
  if (!response.ok || id === null) throw new Error(`a request was answered ${response.status}`);
  return id;
}

async function visibleAfterMs(url: string, authorization: string): Promise<number> {
  const answeredAt = performance.now();
  for (;;) {
    const response = await fetch(url, { headers: { authorization } });
    await response.arrayBuffer();
    const afterMs = performance.now() - answeredAt;
    if (response.status === 200) return afterMs;
    if (afterMs > giveUpMs) throw new Error(`a record was not there after ${giveUpMs} ms`);
    await sleep(askEveryMs);
  }
}
