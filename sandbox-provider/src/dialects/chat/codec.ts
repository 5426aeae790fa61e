import type { DialectCodec } from '../dialect.ts';
import { encodeChatResponse } from './encode-response.ts';
import { encodeChatStream, encodeChatStreamError } from './encode-stream.ts';
import { readChatRequest } from './read-request.ts';

/** OpenAI's chat completions, which most vendors speak. */
export const chatCodec: DialectCodec = {
  readRequest: readChatRequest,
  bodyId: (token) => `chatcmpl-${token}`,
  encodeResponse: encodeChatResponse,
  encodeStream: encodeChatStream,
  encodeStreamError: encodeChatStreamError,
};
