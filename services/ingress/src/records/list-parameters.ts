import { LANES } from '@fluxrouter/catalogue';
import { dialects } from '@fluxrouter/dialects';
import type { GetUsageRequest, ListRequestsRequest } from '@fluxrouter/generated/query';
import { OUTCOMES } from './record-schema.ts';

/** A parameter that cannot be taken, told to whoever sent it. */
export class ParameterError extends Error {
  readonly param: string;

  constructor(param: string, expected: string) {
    super(`Invalid '${param}': expected ${expected}.`);
    this.param = param;
  }
}

const DAY_MS = 86_400_000;

/** ISO 8601, or milliseconds since 1970. */
function time(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null || text === '') return otherwise;
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms)) throw new ParameterError(name, 'a time such as 2026-11-21T00:00:00Z');
  return ms;
}

function whole(query: URLSearchParams, name: string, otherwise: number, max: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new ParameterError(name, `a whole number from 1 to ${max}`);
  }
  return value;
}

function flag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (text !== 'true' && text !== 'false') throw new ParameterError(name, 'true or false');
  return text === 'true';
}

/** A filter by a closed list: what is not on it would find nothing, and say nothing. */
function oneOf(query: URLSearchParams, name: string, values: readonly string[]): string {
  const value = query.get(name) ?? '';
  if (value !== '' && !values.includes(value)) {
    throw new ParameterError(name, `one of ${values.join(', ')}`);
  }
  return value;
}

/** `key, model, lane, dialect, outcome, stream, error_code, tag=name:value, from, to, cursor, limit` */
export function listParameters(query: URLSearchParams, account: string): ListRequestsRequest {
  return {
    account,
    fromMs: time(query, 'from', 0),
    toMs: time(query, 'to', 0),
    key: query.get('key') ?? '',
    model: query.get('model') ?? '',
    lane: oneOf(query, 'lane', LANES),
    dialect: oneOf(query, 'dialect', Object.keys(dialects)),
    outcome: oneOf(query, 'outcome', OUTCOMES),
    stream: flag(query, 'stream'),
    tags: query.getAll('tag').map((pair) => {
      const [name = '', value = '', ...more] = pair.split(/[:=]/);
      if (name === '' || value === '' || more.length > 0) {
        throw new ParameterError('tag', 'name:value');
      }
      return { name, value };
    }),
    errorCode: query.get('error_code') ?? '',
    cursor: query.get('cursor') ?? '',
    limit: whole(query, 'limit', 50, 200),
  };
}

/** `from, to, granularity, group_by, tz`; the last 30 days by day where nothing is said. */
export function usageParameters(
  query: URLSearchParams,
  account: string,
  nowMs: number,
): GetUsageRequest {
  const toMs = time(query, 'to', nowMs);
  const groups = query.getAll('group_by').flatMap((list) => list.split(','));
  return {
    account,
    fromMs: time(query, 'from', toMs - 30 * DAY_MS),
    toMs,
    granularity: query.get('granularity') ?? 'day',
    groupBy: groups.map((group) => group.trim()).filter((group) => group !== ''),
    tz: query.get('tz') ?? '',
  };
}
