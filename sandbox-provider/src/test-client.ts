import { afterAll, beforeAll } from 'vitest';
import { type RunningSandbox, type SandboxOptions, startSandbox } from './index.ts';

export interface SseEvent {
  readonly event: string | null;
  readonly data: string;
}

export interface Reading {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A sandbox for the tests of one file, closed after them. */
export function useSandbox(options: SandboxOptions = {}) {
  let running: RunningSandbox | undefined;
  beforeAll(async () => {
    running = await startSandbox(options);
  });
  afterAll(() => running?.close());
  const sandbox = () => {
    if (!running) throw new Error('not started');
    return running;
  };
  return {
    sandbox,
    url: (path: string) => sandbox().url + path,
    post: (path: string, body: unknown, headers?: Record<string, string>) =>
      post(sandbox().url + path, body, headers),
    /** The text of a directive. */
    command: (members: object, text = '') => `${text}[[sandbox ${JSON.stringify(members)}]]`,
  };
}

export const credentials = {
  authorization: 'Bearer test',
  'x-api-key': 'test',
  'anthropic-version': '2023-06-01',
  'content-type': 'application/json',
};

export function fetchPost(url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url, { method: 'POST', body: text, headers: credentials, ...init });
}

async function post(url: string, body: unknown, headers = {}): Promise<Reading> {
  const response = await fetchPost(url, body, { headers: { ...credentials, ...headers } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Reads a stream as the specification says; throws on what is no event. */
export function parseEvents(text: string): SseEvent[] {
  const blocks = text.split(/\r\n\r\n|\n\n/);
  if (blocks.pop() !== '') throw new Error('the stream ends inside an event');
  return blocks.map((block) => {
    let event: string | null = null;
    const data: string[] = [];
    for (const line of block.split(/\r\n|\n/)) {
      if (line.startsWith('event: ')) event = line.slice(7);
      else if (line.startsWith('data: ')) data.push(line.slice(6));
      else throw new Error(`no line of an event: ${line}`);
    }
    return { event, data: data.join('\n') };
  });
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON freely
export type Json = any;

/** The parsed events of a stream, without `[DONE]`. */
export function parseStream(text: string): Json[] {
  return parseEvents(text)
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data));
}

/** A replacer for `JSON.stringify` that hides what differs between equal answers. */
export function withoutOwnValues(name: string, value: unknown): unknown {
  const isOwn = ['id', 'item_id', 'created', 'created_at', 'completed_at'].includes(name);
  // The prompts differ, so their token counts do.
  const isCount = ['prompt_tokens', 'input_tokens', 'total_tokens'].includes(name);
  return isOwn || isCount ? '_' : value;
}

export const chatPath = '/openai/v1/chat/completions';
export const responsesPath = '/openai/v1/responses';
export const messagesPath = '/anthropic/v1/messages';

export function chat(content: unknown, more: object = {}): object {
  return { model: 'gpt-5-mini', messages: [{ role: 'user', content }], ...more };
}

export function responses(input: unknown, more: object = {}): object {
  return { model: 'gpt-5-mini', input, ...more };
}

export function messages(content: unknown, more: object = {}): object {
  return {
    model: 'claude-sonnet-5',
    max_tokens: 4096,
    messages: [{ role: 'user', content }],
    ...more,
  };
}
