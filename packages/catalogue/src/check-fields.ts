import type { Model, Provider } from './catalogue-data.ts';

/** What the type promises and a hand-written file may lack. */
const CAPABILITIES = ['vision', 'tools', 'jsonSchema', 'reasoning', 'pdf'] as const;
const MAX_TOKENS_FIELDS: readonly string[] = ['max_tokens', 'max_completion_tokens'];

export function checkCapabilities({ id, capabilities, firstOutputMsMax }: Model): string[] {
  const where = `model ${id}`;
  const given = (capabilities ?? {}) as unknown as Readonly<Record<string, unknown>>;
  const problems = CAPABILITIES.filter((name) => typeof given[name] !== 'boolean').map(
    (name) => `${where}: capability ${name} is neither true nor false`,
  );
  for (const name of Object.keys(given)) {
    if (!CAPABILITIES.some((known) => known === name)) {
      problems.push(`${where}: no such capability: ${name}`);
    }
  }
  if (firstOutputMsMax !== undefined && !(firstOutputMsMax > 0)) {
    problems.push(`${where}: firstOutputMsMax is no time in ms: ${firstOutputMsMax}`);
  }
  return problems;
}

export function checkQuirks({ id, quirks }: Provider): string[] {
  const where = `provider ${id}`;
  const given = (quirks ?? {}) as unknown as Readonly<Record<string, unknown>>;
  const problems: string[] = [];
  if (typeof given['streamUsageOption'] !== 'boolean') {
    problems.push(`${where}: quirk streamUsageOption is neither true nor false`);
  }
  if (!MAX_TOKENS_FIELDS.includes(String(given['maxTokensField']))) {
    problems.push(`${where}: quirk maxTokensField is none of ${MAX_TOKENS_FIELDS.join(', ')}`);
  }
  return problems;
}
