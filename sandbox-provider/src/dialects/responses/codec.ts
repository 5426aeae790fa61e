import type { DialectCodec } from '../dialect.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeResponseStream, encodeResponseStreamError } from './encode-stream.ts';
import { readResponsesRequest } from './read-request.ts';

/** OpenAI's responses. */
export const responsesCodec: DialectCodec = {
  readRequest: readResponsesRequest,
  bodyId: (token) => `resp_${token}`,
  encodeResponse,
  encodeStream: encodeResponseStream,
  encodeStreamError: encodeResponseStreamError,
};
