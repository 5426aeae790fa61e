import type { ClientDialect } from './dialects.ts';
import type { RecordJson } from './records.ts';

/** The Express Lane's chain: those who speak a dialect in the lane's order, then the others. */
export const FAST_CHAIN: Readonly<Record<ClientDialect['name'], readonly string[]>> = {
  'openai-chat': ['gpt-6-luna', 'gemini-3.8-flash', 'deepseek-v4-flash', 'qwen3.8-flash'],
  'openai-responses': ['gpt-6-luna', 'gpt-5.4-mini', 'gpt-5-mini', 'claude-haiku-5.5'],
  'anthropic-messages': ['claude-haiku-5.5', 'claude-haiku-4.5', 'gpt-6-luna', 'gemini-3.8-flash'],
};

/** The models of a record's attempts, one for each run of tries of the same. */
export function triedModels(record: RecordJson): string[] {
  const models: string[] = record['attempts'].map(({ model }: { model: string }) => model);
  return models.filter((model, index) => model !== models[index - 1]);
}
