import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from './problem.ts';

export interface ConnectOptions {
  readonly baseUrl?: string;
  readonly key?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** The gateway that is asked, and how to print. */
export interface Gateway {
  readonly json: boolean;
  get(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<unknown>;
}

/** A record may be a second behind its answer. */
const PENDING_TRIES = 10;

/** By the options, else the environment, else the ready.json of a running `npm start`. */
export function connect(options: ConnectOptions): Gateway {
  const ready = options.baseUrl && options.key ? null : readReady(options.dataDir ?? './data');
  const baseUrl = options.baseUrl ?? ready?.baseUrl;
  const key = options.key ?? ready?.key;
  if (baseUrl === undefined || key === undefined) {
    throw new Problem(
      'No gateway: run `npm start` here, or set FLUX_BASE_URL and FLUX_API_KEY.',
      2,
    );
  }
  if (!URL.canParse(baseUrl) || !/^https?:/i.test(baseUrl)) {
    throw new Problem(`${baseUrl} is no address: it is written as http://127.0.0.1:8787.`, 2);
  }
  return { json: options.json ?? false, get: (path, query) => get(baseUrl, key, path, query) };
}

function readReady(dataDir: string): { baseUrl: string; key: string } | null {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'ready.json'), 'utf8'));
  } catch {
    return null;
  }
}

async function get(
  baseUrl: string,
  key: string,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): Promise<unknown> {
  const url = new URL(path, baseUrl);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  for (let tries = 0; ; tries++) {
    const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } }).catch(() => {
      throw new Problem(`Nobody answers at ${baseUrl}. Is the gateway running?`, 2);
    });
    if (response.status === 202 && tries < PENDING_TRIES) {
      await sleep(500);
      continue;
    }
    const body: unknown = await response.json().catch(() => null);
    if (response.ok && response.status !== 202) return body;
    if (response.status === 202) throw new Problem('The record is still on its way.', 1);
    const message = (body as { error?: { message?: string } } | null)?.error?.message;
    throw new Problem(message ?? `The gateway answered ${response.status}.`, 1);
  }
}
