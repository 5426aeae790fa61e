import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';

export interface Reachable {
  readonly baseUrl: string;
  readonly key: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a record is read here as any client would, by its JSON
export type RecordJson = Record<string, any>;

/** So long only on a machine that does much else: how soon a record is there is for the benchmark to say. */
const PATIENCE_MS = 60_000;

/** The record of an id as a client gets it, waited for until it is there. */
export async function recordOf(
  { baseUrl, key }: Reachable,
  id: string,
  withinMs = PATIENCE_MS,
): Promise<RecordJson> {
  const deadline = Date.now() + withinMs;
  let last = 'no answer';
  while (Date.now() < deadline) {
    const response = await fetch(`${baseUrl}/v1/requests/${id}`, {
      headers: { authorization: `Bearer ${key}` },
    }).catch(() => null);
    if (response?.status === 200) return (await response.json()) as RecordJson;
    last = response === null ? 'no answer' : `${response.status} ${await response.text()}`;
    await sleep(50);
  }
  throw new Error(`no record of ${id} within ${withinMs} ms: ${last}`);
}

/** Each X-Flux-* value equals the record's field of the same meaning. */
export function expectHeadersEqualRecord(headers: Headers, record: RecordJson): void {
  const id = headers.get('x-flux-request-id');
  expect(id).toMatch(/^req_[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(headers.get('x-request-id')).toBe(id);
  expect(headers.get('request-id')).toBe(id);
  expect(record['id']).toBe(id);
  expect(record['model']).toBe(headers.get('x-flux-model'));
  expect(record['originalModel']).toBe(headers.get('x-flux-original-model'));
  expect(String(record['routed'])).toBe(headers.get('x-flux-routed'));
  const cost = headers.get('x-flux-cost-usd');
  if (cost !== null) expect(record['costUsd']).toBe(cost);
}

/** X-Routor-*, which come with DEBUG_ROUTING=1. */
export function expectRoutorHeaders(headers: Headers, record: RecordJson): void {
  expect(headers.get('x-routor-model')).toBe(record['model']);
  expect(headers.get('x-routor-tier')).toBe(record['tier']);
  expect(headers.get('x-routor-profile')).toBe(record['profile']);
  expect(headers.get('x-routor-confidence')).toBe(record['confidence'].toFixed(2));
  const fallback = record['model'] !== record['routedModel'];
  expect(headers.get('x-routor-fallback')).toBe(fallback ? 'true' : null);
  const savings = headers.get('x-routor-savings');
  if (record['stream']) expect(savings).toBeNull();
  else expect(savings).toBe(record['savingsPct']?.toFixed(1) ?? null);
  const floor = record['reasons'].find((reason: string) => reason.startsWith('history.floor:'));
  expect(headers.get('x-routor-history-floor')).toBe(floor?.slice('history.floor:'.length) ?? null);
}
