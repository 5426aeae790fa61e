import type { z } from 'zod';
import { Secret } from './secret.ts';
import { type ConfigSchema, settingNames, settingNote } from './setting.ts';
import { acceptsOf } from './value-types.ts';

/** Settings that one group of the documentation is about. */
export interface SettingsGroup {
  title: string;
  intro?: string;
  schema: ConfigSchema;
}

/** The content of docs/settings.md: every setting, what it takes, its default and why. */
export function describeSettings(groups: readonly SettingsGroup[]): string {
  const head = [
    '# Settings',
    '',
    'All settings are environment variables. An empty one counts as not set. `--check-config` reads',
    'them, prints what they come to, and says everything that is wrong with them at once.',
    '',
    '<!-- Generated from the schemas in the services’ config.ts: change it there. -->',
  ];
  const seen = new Set<string>();
  const tables = groups.map((group) => table(group, seen)).filter((each) => each !== undefined);
  return `${head.join('\n')}\n\n${tables.join('\n\n')}\n`;
}

/** A setting that several services read is in the first group that has it. */
function table({ title, intro, schema }: SettingsGroup, seen: Set<string>): string | undefined {
  const fresh = settingNames(schema).filter((name) => !seen.has(settingNote(schema, name).env));
  if (fresh.length === 0) return undefined;
  const rows = fresh.map((name) => {
    const { env, about, why } = settingNote(schema, name);
    seen.add(env);
    const type = schema.shape[name] as z.ZodType;
    return [`\`${env}\``, acceptsOf(type), defaultOf(type), about, why].map(cell).join(' | ');
  });
  return [
    `## ${title}`,
    '',
    ...(intro === undefined ? [] : [intro, '']),
    '| setting | takes | default | what it does | why |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function defaultOf(type: z.ZodType): string {
  const def = type.def as { type: string; defaultValue?: unknown };
  if (def.type === 'optional') return '–';
  if (def.type !== 'default') return 'required';
  return `\`${inWords(def.defaultValue)}\``;
}

function inWords(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.join(',');
  return String(value);
}

const cell = (words: string) => words.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** What the settings came to, a line each, for `--check-config`. */
export function describeConfig(schema: ConfigSchema, config: Record<string, unknown>): string {
  return settingNames(schema)
    .map((name) => {
      const value = config[name];
      const shown =
        value === undefined ? '(not set)' : value instanceof Secret ? '[secret]' : inWords(value);
      return `${settingNote(schema, name).env}=${shown}`;
    })
    .join('\n');
}
