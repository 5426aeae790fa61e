import { z } from 'zod';

export interface SettingNote {
  /** The environment variable. */
  env: string;
  /** What it does. */
  about: string;
  /** Why its default is what it is, or why the setting exists. */
  why: string;
}

const notes = z.registry<SettingNote>();

/**
 * One setting of a service's schema:
 * `port: setting('PORT', port().default(8787), { about: '…', why: '…' })`.
 */
export function setting<T extends z.ZodType>(
  env: string,
  type: T,
  words: Omit<SettingNote, 'env'>,
): T {
  notes.add(type, { env, ...words });
  return type;
}

/** A service's settings: names of the code → settings. Several merge by spreading their `shape`. */
export type ConfigSchema = z.ZodObject<Record<string, z.ZodType>>;

export function settingNote(schema: ConfigSchema, name: string): SettingNote {
  const field = schema.shape[name];
  const note = field === undefined ? undefined : notes.get(field);
  if (note === undefined) throw new Error(`the setting ${name} has no description`);
  return note;
}

export const settingNames = (schema: ConfigSchema): string[] => Object.keys(schema.shape);
