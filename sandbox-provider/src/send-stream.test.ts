import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import {
  chat,
  chatPath,
  fetchPost,
  messages,
  messagesPath,
  parseEvents,
  responses,
  responsesPath,
  type SseEvent,
  useSandbox,
  withoutOwnValues,
} from './test-client.ts';

const { command, post, sandbox, url } = useSandbox();

const dialects = [
  ['chat', chatPath, (text: string) => chat(text, { stream: true })],
  ['responses', responsesPath, (text: string) => responses(text, { stream: true })],
  ['messages', messagesPath, (text: string) => messages(text, { stream: true })],
] as const;

const lastEntry = () => sandbox().book().at(-1);
const deltasIn = (text: string) =>
  text.match(/"delta":\{"content":|output_text\.delta"|text_delta/g)?.length ?? 0;

/** Reads until the end, or until the connection breaks. */
async function readBroken(path: string, body: unknown) {
  const response = await fetchPost(url(path), body);
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
    return { text, isBroken: false };
  } catch {
    return { text, isBroken: true };
  }
}

describe.each(dialects)('in %s', (_name, path, ask) => {
  test('a reset comes after so many deltas', async () => {
    const body = ask(command({ die: { afterChunks: 3, how: 'reset' }, chunks: 9 }));
    const { isBroken, text } = await readBroken(path, body);
    expect(isBroken).toBe(true);
    expect(deltasIn(text)).toBe(3);
    expect(lastEntry()).toMatchObject({ outcome: 'died', status: 200, stream: true });
  });

  test('a clean end comes after so many deltas, without the terminal event', async () => {
    const body = ask(command({ die: { afterChunks: 2, how: 'end' } }));
    const { isBroken, text } = await readBroken(path, body);
    expect(isBroken).toBe(false);
    expect(deltasIn(text)).toBe(2);
    expect(text).not.toMatch(/DONE|message_stop|response\.completed/);
    expect(lastEntry()).toMatchObject({ outcome: 'died', bytesSent: Buffer.byteLength(text) });
  });

  test('a death after more deltas than there are comes before the end', async () => {
    const body = ask(command({ die: { afterChunks: 99, how: 'end' }, words: 3 }));
    const { text } = await readBroken(path, body);
    expect(deltasIn(text)).toBe(3);
    expect(text).not.toMatch(/DONE|message_stop|response\.completed/);
  });

  test('a connection can die before the status line', async () => {
    const body = ask(command({ die: { afterChunks: -1, how: 'reset' } }));
    await expect(fetchPost(url(path), body)).rejects.toThrow();
    expect(lastEntry()).toMatchObject({ outcome: 'died', status: 0, bytesSent: 0 });
  });

  test('only the terminal event is left out', async () => {
    const whole = parseEvents((await post(path, ask(command({ words: 5 })))).text);
    const cut = parseEvents((await post(path, ask(command({ words: 5, noTerminal: true })))).text);
    expect(cut.map(({ event }) => event)).toEqual(whole.slice(0, -1).map(({ event }) => event));
    expect(cut.some(({ data }) => data === '[DONE]')).toBe(false);
  });

  test('one event is garbage', async () => {
    const { text } = await post(path, ask(command({ garbage: true })));
    const broken = parseEvents(text).filter(({ data }) => {
      try {
        JSON.parse(data);
        return false;
      } catch {
        return data !== '[DONE]';
      }
    });
    expect(broken).toHaveLength(1);
  });

  test('cut into bytes and with CRLF it says the same', async () => {
    const whole = parseEvents((await post(path, ask(command({ words: 4 })))).text);
    const cut = await post(path, ask(command({ words: 4, splitBytes: 7, lineEnding: 'crlf' })));
    expect(cut.text.split('\r\n').join('')).not.toContain('\n');
    const strip = (event: SseEvent) =>
      event.data === '[DONE]' ? event : JSON.stringify(JSON.parse(event.data), withoutOwnValues);
    expect(parseEvents(cut.text).map(strip)).toEqual(whole.map(strip));
  });

  test('every byte is counted and hashed', async () => {
    const { text } = await post(path, ask(command({ hash: true, text: 'äöü 😀 ok' })));
    expect(lastEntry()).toMatchObject({
      outcome: 'completed',
      bytesSent: Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
    });
  });

  test('its mark is booked, and none where it has none', async () => {
    await post(path, ask(command({ mark: 'run-1:7' })));
    expect(lastEntry()).toMatchObject({ mark: 'run-1:7' });
    await post(path, ask(command({ words: 1 })));
    expect(lastEntry()).not.toHaveProperty('mark');
  });

  test('an endless one goes on until the client leaves, and is booked then', async () => {
    const before = sandbox().book().length;
    const controller = new AbortController();
    const body = ask(command({ endless: true }));
    const response = await fetchPost(url(path), body, { signal: controller.signal });
    const reader = response.body?.getReader();
    let bytes = 0;
    while (bytes < 200_000) bytes += (await reader?.read())?.value?.length ?? 0;
    controller.abort();
    await vi.waitFor(() => expect(sandbox().book()).toHaveLength(before + 1));
    expect(lastEntry()).toMatchObject({ outcome: 'client_gone', status: 200 });
    expect(lastEntry()?.bytesSent).toBeGreaterThanOrEqual(200_000);
  });
});

test('an endless stream waits for a reader that does not read', async () => {
  const before = sandbox().book().length;
  const controller = new AbortController();
  const body = chat(command({ endless: true }), { stream: true });
  await fetchPost(url(chatPath), body, { signal: controller.signal });
  // Without waiting, each turn of the loop would add some 17 KB.
  for (let turn = 0; turn < 1000; turn += 1) await nextTurn();
  controller.abort();
  await vi.waitFor(() => expect(sandbox().book()).toHaveLength(before + 1));
  expect(lastEntry()).toMatchObject({ outcome: 'client_gone' });
  expect(lastEntry()?.bytesSent).toBeLessThan(8 * 1024 * 1024);
});

describe('delays', () => {
  test('before the head, the first byte and each delta add up', async () => {
    const delays = { headDelayMs: 30, firstByteDelayMs: 30, silentMs: 30, chunkDelayMs: 10 };
    const startedAt = performance.now();
    await post(chatPath, chat(command({ ...delays, words: 4, chunks: 4 }), { stream: true }));
    // A timer may fire a millisecond early.
    expect(performance.now() - startedAt).toBeGreaterThan(120 - 6);
  });

  test('the head is there before the first byte', async () => {
    const controller = new AbortController();
    const body = chat(command({ firstByteDelayMs: 600_000 }), { stream: true });
    const response = await fetchPost(url(chatPath), body, { signal: controller.signal });
    expect(response.status).toBe(200);
    const before = sandbox().book().length;
    controller.abort();
    await vi.waitFor(() => expect(sandbox().book()).toHaveLength(before + 1));
    expect(lastEntry()).toMatchObject({ outcome: 'client_gone', bytesSent: 0 });
  });

  test('a client that leaves before the head is booked without a status', async () => {
    const before = sandbox().book().length;
    const signal = AbortSignal.timeout(50);
    const body = chat(command({ headDelayMs: 600_000 }));
    await expect(fetchPost(url(chatPath), body, { signal })).rejects.toThrow();
    await vi.waitFor(() => expect(sandbox().book()).toHaveLength(before + 1));
    expect(lastEntry()).toMatchObject({ outcome: 'client_gone', status: 0 });
  });
});

describe('a body', () => {
  test('dies in the middle', async () => {
    const reset = chat(command({ die: { afterChunks: 1, how: 'reset' } }));
    expect(await readBroken(chatPath, reset)).toMatchObject({
      isBroken: true,
      text: expect.stringMatching(/^\{/),
    });
    const { isBroken, text } = await readBroken(
      chatPath,
      chat(command({ die: { afterChunks: 1, how: 'end' } })),
    );
    expect(isBroken).toBe(false);
    expect(() => JSON.parse(text)).toThrow();
    expect(lastEntry()).toMatchObject({ outcome: 'died', usage: null });
  });

  test('is garbage, or comes in two halves', async () => {
    const garbage = await post(messagesPath, messages(command({ garbage: true })));
    expect(garbage.status).toBe(200);
    expect(() => JSON.parse(garbage.text)).toThrow();
    const text = '😀'.repeat(999);
    const halves = await post(messagesPath, messages(command({ silentMs: 5, text })));
    expect(JSON.parse(halves.text).content[0].text).toBe(text);
  });

  test('is hashed', async () => {
    const { text } = await post(chatPath, chat(command({ hash: true })));
    expect(lastEntry()?.sha256).toBe(createHash('sha256').update(text).digest('hex'));
  });

  test('cannot be endless', async () => {
    expect((await post(chatPath, chat(command({ endless: true })))).status).toBe(400);
  });
});

test('faults spare who they should', async () => {
  const prompt = command({
    status: 503,
    failTimes: 1,
    failKey: 'once',
    failModels: ['gpt-5-mini'],
  });
  expect((await post(chatPath, chat(prompt, { model: 'gpt-5-nano' }))).status).toBe(200);
  expect((await post(chatPath, chat(prompt))).status).toBe(503);
  expect((await post(chatPath, chat(prompt))).status).toBe(200);
});
