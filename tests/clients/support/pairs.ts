export type ClientDialect = 'openai-chat' | 'openai-responses' | 'anthropic-messages';

/** A model that sees, thinks, calls tools and obeys schemas, for each dialect that providers speak. */
export const MODELS: readonly {
  readonly model: string;
  readonly speaks: readonly ClientDialect[];
}[] = [
  { model: 'grok-4.7', speaks: ['openai-chat'] },
  { model: 'gpt-5.4', speaks: ['openai-chat', 'openai-responses'] },
  { model: 'claude-sonnet-5.5', speaks: ['anthropic-messages'] },
];

/**
 * Clients whose requests are translated for models that do not speak their dialect. What is not in this
 * list is expected to be refused with `dialect_not_available`: add a dialect when its translation works.
 */
const TRANSLATED: readonly ClientDialect[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
];

export function isServed(dialect: ClientDialect, model: (typeof MODELS)[number]): boolean {
  return model.speaks.includes(dialect) || TRANSLATED.includes(dialect);
}
