import { type AskReading, refuse } from '../../ask.ts';
import type { JsonObject } from '../../json.ts';
import type { DialectCodec } from '../dialect.ts';
import { encodeMessage } from './encode-response.ts';
import { encodeMessageStream, encodeMessageStreamError } from './encode-stream.ts';
import { readMessagesRequest } from './read-request.ts';
import { findForeignSignature } from './signature.ts';

/** Anthropic's messages. */
export const messagesCodec: DialectCodec = {
  readRequest,
  bodyId: (token) => `msg_01${token}`,
  encodeResponse: encodeMessage,
  encodeStream: encodeMessageStream,
  encodeStreamError: encodeMessageStreamError,
};

function readRequest(body: JsonObject): AskReading {
  const foreign = findForeignSignature(body);
  return foreign === null
    ? readMessagesRequest(body, false)
    : refuse({ status: 400, message: `${foreign}: Invalid \`signature\` in \`thinking\` block` });
}
