import type { z } from 'zod';
import { type ConfigSchema, settingNames, settingNote } from './setting.ts';
import { acceptsOf } from './value-types.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** All that is wrong with the settings at once, a line each, without their values' secrets. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `${problems.length} setting(s) cannot be used:\n${problems.map((p) => `  ${p}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads a service's settings from the environment that is given to it. An empty value counts as not
 * set. Throws a ConfigError that names every problem.
 */
export function readConfig<S extends ConfigSchema>(schema: S, env: Environment): z.output<S> {
  const names = settingNames(schema);
  const input: Record<string, string> = {};
  for (const name of names) {
    const value = env[settingNote(schema, name).env];
    if (value !== undefined && value.trim() !== '') input[name] = value;
  }
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => problem(schema, issue, input)));
}

function problem(schema: ConfigSchema, issue: z.core.$ZodIssue, input: Record<string, string>) {
  const name = String(issue.path[0] ?? '');
  // A rule over several settings (a refinement of the whole schema) brings its own sentence.
  if (!(name in schema.shape)) return issue.message;
  const { env, about } = settingNote(schema, name);
  const value = input[name];
  const accepts = acceptsOf(schema.shape[name] as z.ZodType);
  if (value === undefined) return `${env} is not set: ${about} (${accepts})`;
  const shown = accepts.startsWith('a secret') ? '[secret]' : JSON.stringify(value.slice(0, 80));
  return `${env} is ${shown}: ${issue.message}`;
}
