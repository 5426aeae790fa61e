import type { ProviderId } from './dialect.ts';

/**
 * Addresses that name a file kept at a provider under our key rather than something on the web:
 * Moonshot's `ms://<file id>`, Google's `gs://` and Files API.
 */
const FILE_ADDRESS = /^(?:ms|gs|file|fileid):\/\/|^https?:\/\/[^/]*googleapis\.com\/.*\bfiles\//i;

export function fileOfAddress(value: unknown, param: string): ProviderId[] {
  return typeof value === 'string' && FILE_ADDRESS.test(value)
    ? [{ kind: 'file', id: value, param }]
    : [];
}

/** The id of that kind, where the value is one. */
export function idOf(value: unknown, kind: ProviderId['kind'], param: string): ProviderId[] {
  return typeof value === 'string' && value !== '' ? [{ kind, id: value, param }] : [];
}

/** Each string of an array, as ids of that kind. */
export function idsOf(values: unknown, kind: ProviderId['kind'], param: string): ProviderId[] {
  return Array.isArray(values)
    ? values.flatMap((value, i) => idOf(value, kind, `${param}[${i}]`))
    : [];
}
