import type { JsonObject } from '@fluxrouter/conversation';
import { asRecord } from '../usage.ts';

/**
 * Reads an object member by member and keeps account of what was understood: the rest is nobody
 * else's. A member of an unexpected form counts as not understood.
 */
export class Members {
  readonly record: JsonObject;
  readonly #taken: string[] = [];

  constructor(record: JsonObject) {
    this.record = record;
  }

  string(name: string): string | undefined {
    const value = this.record[name];
    return typeof value === 'string' ? this.#take(name, value) : undefined;
  }

  number(name: string): number | undefined {
    const value = this.record[name];
    return typeof value === 'number' ? this.#take(name, value) : undefined;
  }

  boolean(name: string): boolean | undefined {
    const value = this.record[name];
    return typeof value === 'boolean' ? this.#take(name, value) : undefined;
  }

  /** Of any size. */
  object(name: string): JsonObject | undefined {
    const value = asRecord(this.record[name]);
    return value === undefined ? undefined : this.#take(name, value);
  }

  /** What an object holds, to be read in turn; an empty one holds nothing, and goes back as it came. */
  inside(name: string): Members {
    const value = asRecord(this.record[name]) ?? {};
    for (const _ in value) return new Members(this.#take(name, value));
    return new Members({});
  }

  /** Of objects, and not empty: nobody means anything by that, and it goes back as it came. */
  records(name: string): readonly JsonObject[] | undefined {
    const value = this.record[name];
    if (!Array.isArray(value) || value.length === 0) return undefined;
    for (const element of value) if (asRecord(element) === undefined) return undefined;
    return this.#take(name, value as readonly JsonObject[]);
  }

  strings(name: string): readonly string[] | undefined {
    const value = this.record[name];
    if (!Array.isArray(value) || value.length === 0) return undefined;
    for (const element of value) if (typeof element !== 'string') return undefined;
    return this.#take(name, value as readonly string[]);
  }

  /** Understood, whatever it is. */
  taken(name: string): void {
    this.#taken.push(name);
  }

  #take<T>(name: string, value: T): T {
    this.#taken.push(name);
    return value;
  }

  /** What was not understood; undefined: nothing is left. */
  rest(): JsonObject | undefined {
    const taken = this.#taken;
    const { record } = this;
    let rest: [string, unknown][] | undefined;
    for (const name in record) {
      if (taken.includes(name)) continue;
      rest ??= [];
      rest.push([name, record[name]]);
    }
    // Not by assignment: a member may be called __proto__.
    return rest === undefined ? undefined : Object.fromEntries(rest);
  }
}

/** All of a list, where it holds objects only; else null. */
export function recordsIn(value: unknown): readonly JsonObject[] | null {
  if (!Array.isArray(value)) return null;
  return value.every((element) => asRecord(element) !== undefined) ? value : null;
}

/** A literal's members without those that are undefined: absent and undefined are not the same here. */
export function compact<T extends object>(value: T): Compact<T> {
  const record = value as Record<string, unknown>;
  // A fresh object: one that members are deleted from is slow ever after.
  const kept: Record<string, unknown> = {};
  for (const name in record) {
    const member = record[name];
    if (member === undefined) continue;
    if (name === '__proto__') Object.defineProperty(kept, name, { ...PLAIN, value: member });
    else kept[name] = member;
  }
  return kept as Compact<T>;
}

const PLAIN = { configurable: true, enumerable: true, writable: true };

type Compact<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};
