import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  chat,
  chatPath,
  type Json,
  messages,
  messagesPath,
  parseEvents,
  parseStream,
  responses,
  responsesPath,
  useSandbox,
  withoutOwnValues,
} from './test-client.ts';

const { post, sandbox, command } = useSandbox();
const hashing = useSandbox({ hashBodies: true });

const dialects = [
  ['chat', chatPath, (text: string, more: object) => chat(text, more)],
  ['responses', responsesPath, (text: string, more: object) => responses(text, more)],
  ['messages', messagesPath, (text: string, more: object) => messages(text, more)],
] as const;

describe.each(dialects)('the benchmark’s answer in %s', (_name, path, ask) => {
  test('is a body of about 1 KB, but for its ids the same as the ordinary one', async () => {
    const first = await post(path, ask('bench', {}));
    const second = await post(path, ask('bench', {}));
    expect(first.text.length).toBeGreaterThan(800);
    expect(first.text.length).toBeLessThan(2000);
    const [a, b] = [JSON.parse(first.text), JSON.parse(second.text)];
    expect(a.id).not.toBe(b.id);
    expect(sandbox().book().at(-1)).toMatchObject({
      bodyId: b.id,
      outcome: 'completed',
      bytesSent: second.text.length,
      usage: b.usage,
    });
    const ordinary = JSON.parse((await post(path, ask(command({ words: 60 }), {}))).text);
    const withoutIds = (body: Json) => JSON.stringify(body, withoutOwnValues);
    expect(withoutIds(a)).toBe(withoutIds(ordinary));
  });

  test('is a stream of 100 deltas, but for its ids the same as the ordinary one', async () => {
    const { headers, text } = await post(path, ask('bench', { stream: true }));
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const ordinary = await post(path, ask(command({ words: 100, chunks: 100 }), { stream: true }));
    const strip = (events: Json[]) =>
      events.map((event) => JSON.stringify(event, withoutOwnValues));
    expect(strip(parseStream(text))).toEqual(strip(parseStream(ordinary.text)));
    expect(parseEvents(text).at(-1)?.event).toBe(parseEvents(ordinary.text).at(-1)?.event);
    const entries = sandbox().book();
    expect(entries.at(-2)).toMatchObject({ outcome: 'completed', bytesSent: text.length });
    expect(text).toContain(entries.at(-2)?.bodyId);
  });

  test('is the same where bodies are hashed', async () => {
    for (const stream of [false, true]) {
      const fast = await post(path, ask('bench', { stream }));
      const hashed = await hashing.post(path, ask('bench', { stream }));
      expect(hashed.text.length).toBe(fast.text.length);
      expect(hashing.sandbox().book().at(-1)?.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});

test('the usage chunk comes where it is asked for', async () => {
  const more = { stream: true, stream_options: { include_usage: true } };
  const { text } = await post(chatPath, chat('bench', more));
  const last = parseStream(text).at(-1);
  expect(last.choices).toEqual([]);
  expect(sandbox().book().at(-1)?.usage).toEqual(last.usage);
});

test('a kept-alive connection serves one stream after the other', async () => {
  const body = JSON.stringify(chat('bench', { stream: true }));
  const head = `POST ${chatPath} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n`;
  const request = `${head}content-length: ${body.length}\r\n\r\n${body}`;
  const socket = connect(sandbox().port, '127.0.0.1');
  // Pipelined, so that the second one finds the socket taken.
  socket.write(request + request);
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    if (text.split('data: [DONE]').length === 3 && text.endsWith('\r\n0\r\n\r\n')) break;
  }
  const [, first, second] = text.split('HTTP/1.1 200 OK');
  expect(first?.match(/"delta":\{"content":"\w/g)).toHaveLength(100);
  expect(second?.match(/"delta":\{"content":"\w/g)).toHaveLength(100);
});
