import type { Machine } from '@fluxrouter/conversation';
import type { Codec } from '../translate/codec.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeStream } from './encode-stream.ts';
import { streamGrammar } from './stream-grammar.ts';

export const chatCodec: Codec = {
  name: 'openai-chat',
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
  decodeStream: decodeStream as Codec['decodeStream'],
  encodeStream: encodeStream as Codec['encodeStream'],
  streamGrammar: streamGrammar as Machine<unknown, never, never> as Codec['streamGrammar'],
};
