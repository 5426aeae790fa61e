import { anthropicMessages } from './anthropic-messages/index.ts';
import type { AnyDialectName, Dialect, DialectName } from './dialect.ts';
import { openAiChat } from './openai-chat/index.ts';
import { openAiImages } from './openai-images/index.ts';
import { openAiResponses } from './openai-responses/index.ts';

/** The one place where a dialect's name becomes the dialect. */
export const dialects: { readonly [Name in AnyDialectName]: Dialect<Name> } = {
  'openai-chat': openAiChat,
  'openai-responses': openAiResponses,
  'anthropic-messages': anthropicMessages,
  'openai-images': openAiImages,
};

/** Of conversations. */
export const dialectNames: readonly DialectName[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
];

export function isDialectName(name: string): name is AnyDialectName {
  return Object.hasOwn(dialects, name);
}
