import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Attempt, attemptHeaders, bookTransmission } from './attempt.ts';
import { commandedRefusal } from './commanded-refusal.ts';
import type { DialectCodec, Reply } from './dialects/dialect.ts';
import type { Directives } from './directives.ts';
import { type Frame, frameText } from './frames.ts';
import { isObject } from './json.ts';
import { dieNow } from './send-body.ts';
import type { Transmission } from './transmission.ts';

const framesPerTurn = 64;

/** Streams an answer, as slowly, partly or badly as the directives say. */
export async function sendStream(
  attempt: Attempt,
  codec: DialectCodec,
  reply: Reply,
  transmission: Transmission,
): Promise<void> {
  const { response } = attempt;
  const { directives } = reply;
  const lineEnding = directives.lineEnding === 'crlf' ? '\r\n' : '\n';
  const own = ['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache'];
  response.writeHead(200, attemptHeaders(attempt, own));
  if (directives.firstByteDelayMs || directives.die) response.flushHeaders();
  await transmission.pause(directives.firstByteDelayMs);

  const { die, errorAfterChunks } = directives;
  const endsEarlyAfter = Math.min(die?.afterChunks ?? Infinity, errorAfterChunks ?? Infinity);
  let deltas = 0;
  let sent = 0;
  let isEndedEarly = false;
  const tail: Frame[] = [];
  for (const frame of codec.encodeStream(reply)) {
    if (transmission.gone) return bookTransmission(attempt, 'client_gone', transmission);
    if (frame.kind === 'closing' || frame.kind === 'terminal') {
      tail.push(frame);
      continue;
    }
    if (frame.kind === 'delta') {
      isEndedEarly = deltas === endsEarlyAfter;
      if (isEndedEarly) break;
      if (deltas > 0) await transmission.pause(directives.chunkDelayMs);
      if (deltas === 1) await interrupt(directives, transmission, lineEnding);
      deltas += 1;
    }
    noteUsage(attempt, frame);
    await transmission.write(frameText(frame, lineEnding));
    sent += 1;
    // A fast reader must not keep the loop from everybody else.
    if (sent % framesPerTurn === 0) await nextTurn();
  }
  if (deltas <= 1 && !isEndedEarly) await interrupt(directives, transmission, lineEnding);
  if (transmission.gone) return bookTransmission(attempt, 'client_gone', transmission);
  if (die && die.afterChunks === endsEarlyAfter) return dieNow(attempt, die.how, transmission);
  if (errorAfterChunks !== undefined) {
    const refusal = commandedRefusal(directives, attempt.route.provider);
    return finish('error', [codec.encodeStreamError(refusal, sent, reply)]);
  }
  return finish('completed', tail);

  async function finish(outcome: 'completed' | 'error', last: readonly Frame[]): Promise<void> {
    let text = '';
    for (const frame of last) {
      if (directives.noTerminal && frame.kind === 'terminal') continue;
      noteUsage(attempt, frame);
      text += frameText(frame, lineEnding);
    }
    transmission.count(text);
    await bookTransmission(attempt, outcome, transmission);
    await transmission.end(text);
  }
}

/** What happens once, after the first delta: a silence, a broken event. */
async function interrupt(
  directives: Directives,
  transmission: Transmission,
  lineEnding: '\n' | '\r\n',
): Promise<void> {
  await transmission.pause(directives.silentMs);
  if (!directives.garbage) return;
  const garbage: Frame = { kind: 'delta', data: '{"garbage": [tru' };
  await transmission.write(frameText(garbage, lineEnding));
}

function noteUsage(attempt: Attempt, { usage }: Frame): void {
  if (usage === undefined || usage === null) return;
  attempt.usage =
    isObject(attempt.usage) && isObject(usage) ? { ...attempt.usage, ...usage } : usage;
}
