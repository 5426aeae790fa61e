import type { Operation } from '../providers.ts';
import { chatCodec } from './chat/codec.ts';
import type { DialectCodec } from './dialect.ts';
import { imagesCodec } from './images/codec.ts';
import { messagesCodec } from './messages/codec.ts';
import { responsesCodec } from './responses/codec.ts';

/** The codec of each operation that answers as a model. */
export const codecs: { readonly [operation in Operation]?: DialectCodec } = {
  'openai-chat': chatCodec,
  'openai-responses': responsesCodec,
  'anthropic-messages': messagesCodec,
  'openai-images': imagesCodec,
};
