/** A parsed JSON object whose members are not yet known. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function arrayLength(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** A whole number of at least 0, else null. */
export function countOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
