import { setTimeout as sleep } from 'node:timers/promises';

export interface Target {
  baseUrl: string;
  key: string;
}

export type FirstRequest =
  | { ok: true; id: string; servedModel: string }
  | { ok: false; problem: string };

/** Whether the gateway takes the key, asked until it does or the time is over. */
export async function waitForKey({ baseUrl, key }: Target, timeoutMs: number): Promise<number> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const status = await fetch(`${baseUrl}/v1/models`, bearer(key)).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => 0,
    );
    if (status === 200 || performance.now() > until) return status;
    await sleep(50);
  }
}

/** One real, short, streamed request, and the look-up of its record: the whole way once. */
export async function makeFirstRequest(target: Target): Promise<FirstRequest> {
  const answer = await ask(target);
  if (!answer.ok) return answer;
  const found = await waitForRecord(target, answer.id, 15_000);
  return found
    ? answer
    : { ok: false, problem: `The record of ${answer.id} was not found in time.` };
}

async function ask({ baseUrl, key }: Target): Promise<FirstRequest> {
  try {
    const response = await fetch(`${baseUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...bearer(key).headers, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'flux-auto',
        stream: true,
        max_tokens: 64,
        messages: [{ role: 'user', content: 'Say hello to a newcomer in one short sentence.' }],
      }),
      signal: AbortSignal.timeout(30_000),
    });
    // Read to its end: only then the answer is whole. Its words are nobody's business here.
    for await (const _chunk of response.body ?? []);
    const id = response.headers.get('x-flux-request-id') ?? '';
    const servedModel = response.headers.get('x-flux-model') ?? '';
    if (response.ok && id !== '') return { ok: true, id, servedModel };
    return { ok: false, problem: `The first request was answered ${response.status} (${id}).` };
  } catch {
    return { ok: false, problem: 'The first request got no answer.' };
  }
}

async function waitForRecord(target: Target, id: string, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (performance.now() < until) {
    const url = `${target.baseUrl}/v1/requests/${id}`;
    const status = await fetch(url, bearer(target.key)).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => 0,
    );
    if (status === 200) return true;
    await sleep(100);
  }
  return false;
}

const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
