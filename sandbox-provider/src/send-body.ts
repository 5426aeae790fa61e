import { type Attempt, attemptHeaders, bookTransmission } from './attempt.ts';
import type { DialectCodec, Reply } from './dialects/dialect.ts';
import type { Transmission } from './transmission.ts';
import { wholeCharacters } from './words.ts';

/** Sends a whole answer, as slowly, partly or badly as the directives say. */
export async function sendBody(
  attempt: Attempt,
  codec: DialectCodec,
  reply: Reply,
  transmission: Transmission,
): Promise<void> {
  const { response, route } = attempt;
  const { directives } = reply;
  const { body, usage } = codec.encodeResponse(reply);
  const text = JSON.stringify(body, null, route.provider.indentsBodies ? 2 : 0);
  const middle = wholeCharacters(text, Math.floor(text.length / 2));
  const own = ['content-type', 'application/json'];
  // A body that ends cleanly before its end can have no length.
  if (directives.die?.how !== 'end') {
    const sent = directives.garbage ? text.slice(0, middle) : text;
    own.push('content-length', String(Buffer.byteLength(sent)));
  }
  response.writeHead(200, attemptHeaders(attempt, own));
  if (directives.firstByteDelayMs || directives.die) response.flushHeaders();
  await transmission.pause(directives.firstByteDelayMs);

  if (directives.die) {
    if (directives.die.afterChunks > 0) await transmission.write(text.slice(0, middle));
    return dieNow(attempt, directives.die.how, transmission);
  }
  let rest = directives.garbage ? text.slice(0, middle) : text;
  if (directives.silentMs) {
    await transmission.write(rest.slice(0, middle));
    rest = rest.slice(middle);
    await transmission.pause(directives.silentMs);
  }
  if (transmission.gone) return bookTransmission(attempt, 'client_gone', transmission);
  attempt.usage = directives.garbage ? null : usage;
  transmission.count(rest);
  await bookTransmission(attempt, 'completed', transmission);
  await transmission.end(rest);
}

/** Ends the answer as the directive `die` says: a reset socket, or an end that looks clean. */
export async function dieNow(
  attempt: Attempt,
  how: 'reset' | 'end',
  transmission: Transmission,
): Promise<void> {
  const { response } = attempt;
  // A reset discards what the operating system has not been given yet.
  if (how === 'reset' && response.headersSent) await transmission.flushed();
  await bookTransmission(attempt, transmission.gone ? 'client_gone' : 'died', transmission);
  if (how === 'end' && response.headersSent) response.end();
  else response.socket?.resetAndDestroy();
}
