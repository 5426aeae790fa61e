import { messagesCodec } from './anthropic-messages/codec.ts';
import type { DialectName } from './dialect.ts';
import { chatCodec } from './openai-chat/codec.ts';
import { responsesCodec } from './openai-responses/codec.ts';
import type { Codec } from './translate/codec.ts';

/** How each dialect is translated. */
export const codecs: Readonly<Record<DialectName, Codec>> = {
  'openai-chat': chatCodec,
  'openai-responses': responsesCodec,
  'anthropic-messages': messagesCodec,
};
