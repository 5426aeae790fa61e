import { type IncomingMessage, request as startRequest } from 'node:http';
import type { Reachable } from './records.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly text: string;
  /** Of the answer's JSON; a test reads it as any client would. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests are about
  readonly json: any;
  /** Names in lower case. */
  readonly trailers: Readonly<Record<string, string | undefined>>;
}

/** An answer whose head has come. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** What has been read so far. */
  received(): Buffer;
  /** Reads on until what has come satisfies `wanted`; fails where the answer ends before. */
  readUntil(wanted: (text: string) => boolean): Promise<void>;
  /** Reads to the end; an end by a reset is an end too, and `wasReset` says so. */
  readAll(): Promise<Answer & { readonly wasReset: boolean }>;
  /** Stops reading from the socket, and goes on. */
  pause(): void;
  resume(): void;
  /** Leaves without a word. */
  leave(): void;
}

export interface Sending {
  /** Text and bytes go as they are, an object as its JSON. */
  readonly body?: object | string | Buffer | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** In place of the system's own; null: none. */
  readonly key?: string | null;
}

/** Sends a request on a connection of its own and reads all of its answer. */
export async function send(
  system: Reachable,
  path: string,
  sending: Sending = {},
): Promise<Answer> {
  return (await open(system, path, sending)).readAll();
}

/** Sends a request and resolves with the answer's head. */
export function open(system: Reachable, path: string, sending: Sending = {}): Promise<OpenAnswer> {
  return start(system, path, sending).head;
}

/** For clients that leave before there is a head. */
export function start(
  { baseUrl, key: ownKey }: Reachable,
  path: string,
  { body, headers = {}, method, key = ownKey }: Sending = {},
): { readonly head: Promise<OpenAnswer>; leave(): void } {
  const bytes = bodyBytes(body);
  const request = startRequest(baseUrl + path, {
    method: method ?? (bytes === null ? 'GET' : 'POST'),
    agent: false,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(bytes === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': bytes.length }),
      ...headers,
    },
  });
  const head = new Promise<OpenAnswer>((resolve, reject) => {
    request.on('response', (response) => resolve(openAnswer(response)));
    request.on('error', reject);
  });
  request.end(bytes ?? undefined);
  return { head, leave: () => request.destroy() };
}

function bodyBytes(body: Sending['body']): Buffer | null {
  if (body === undefined) return null;
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function openAnswer(response: IncomingMessage): OpenAnswer {
  const status = response.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
  const chunks: Buffer[] = [];
  let ended: 'no' | 'clean' | 'reset' = 'no';
  let wake: (() => void) | null = null;
  const tell = (): void => wake?.();
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    tell();
  });
  response.on('error', () => {});
  response.on('close', () => {
    ended = response.complete ? 'clean' : 'reset';
    tell();
  });
  const received = (): Buffer => Buffer.concat(chunks);
  const changed = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  return {
    status,
    headers,
    received,
    async readUntil(wanted) {
      while (!wanted(received().toString())) {
        if (ended !== 'no')
          throw new Error(`the answer ended (${ended}): …${received().subarray(-300)}`);
        await changed();
      }
    },
    async readAll() {
      while (ended === 'no') await changed();
      const body = received();
      const text = body.toString();
      return {
        status,
        headers,
        body,
        text,
        get json() {
          return JSON.parse(text);
        },
        trailers: response.trailers,
        wasReset: ended === 'reset',
      };
    },
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    leave: () => void response.destroy(),
  };
}
