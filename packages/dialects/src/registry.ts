import { anthropicMessages } from './anthropic-messages/index.ts';
import type { Dialect, DialectName } from './dialect.ts';
import { openAiChat } from './openai-chat/index.ts';
import { openAiResponses } from './openai-responses/index.ts';

/** The one place where a dialect's name becomes the dialect. */
export const dialects: Readonly<Record<DialectName, Dialect>> = {
  'openai-chat': openAiChat,
  'openai-responses': openAiResponses,
  'anthropic-messages': anthropicMessages,
};

export const dialectNames = Object.keys(dialects) as readonly DialectName[];

export function isDialectName(name: string): name is DialectName {
  return Object.hasOwn(dialects, name);
}
