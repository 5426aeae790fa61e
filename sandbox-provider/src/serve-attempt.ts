import type { Ask } from './ask.ts';
import { type Attempt, bookTransmission } from './attempt.ts';
import { serveBench } from './bench.ts';
import { benchDirectives } from './bench-template.ts';
import { commandedRefusal } from './commanded-refusal.ts';
import { codecs } from './dialects/codecs.ts';
import type { DialectCodec, Reply } from './dialects/dialect.ts';
import { type DirectiveReading, type Directives, readDirectives } from './directives.ts';
import { describeRequest } from './echo.ts';
import type { Refusal } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import { planAnswer } from './plan-answer.ts';
import { dieNow, sendBody } from './send-body.ts';
import { sendRefusal } from './send-refusal.ts';
import { sendStream } from './send-stream.ts';
import { Transmission } from './transmission.ts';

const modelName = /^[A-Za-z0-9._:/@-]{1,128}$/;

/** Serves one request to a path that serves a model, from its raw body to the book. */
export async function serveAttempt(attempt: Attempt, rawBody: Buffer): Promise<void> {
  const codec = codecs[attempt.route.operation];
  const body = parseBody(rawBody);
  if (!codec || !body) return sendRefusal(attempt, invalidJson(attempt));
  attempt.stream = body['stream'] === true;
  const { model } = body;
  if (typeof model === 'string' && modelName.test(model)) attempt.model = model;
  if (model === 'sandbox-no-such-model') return sendRefusal(attempt, noSuchModel(attempt, model));
  if (serveBench(attempt, body)) return;

  const reading = codec.readRequest(body);
  if (!reading.ok) return sendRefusal(attempt, reading.refusal);
  const { ask } = reading;
  const commands = readCommands(ask);
  if (!commands.ok) return sendRefusal(attempt, { status: 400, message: commands.problem });
  const directives = attempt.sandbox.gate(commands.directives, ask.model);
  attempt.hash ||= directives.hash === true;
  attempt.mark = directives.mark;
  const transmission = new Transmission(attempt.response, {
    hash: attempt.hash,
    splitBytes: directives.splitBytes,
  });

  await transmission.pause(directives.headDelayMs);
  if (transmission.gone) return bookTransmission(attempt, 'client_gone', transmission);
  if (directives.die?.afterChunks === -1) return dieNow(attempt, 'reset', transmission);
  const refusal = findCommandedRefusal(attempt, ask, directives);
  if (refusal) return sendRefusal(attempt, refusal);

  const echo = describeRequest(directives, attempt.request, rawBody, body);
  const reply = makeReply(attempt, codec, ask, { directives, userText: commands.text, echo });
  return ask.stream
    ? sendStream(attempt, codec, reply, transmission)
    : sendBody(attempt, codec, reply, transmission);
}

function parseBody(rawBody: Buffer): JsonObject | null {
  try {
    const body: unknown = JSON.parse(rawBody.toString('utf8'));
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}

function readCommands(ask: Ask): DirectiveReading {
  if (ask.userText === 'bench') {
    return { ok: true, directives: benchDirectives(ask.stream), text: ask.userText };
  }
  const reading = readDirectives(ask.userText);
  return reading.ok && reading.directives.endless && !ask.stream
    ? { ok: false, problem: "Sandbox directive 'endless' needs a streamed answer." }
    : reading;
}

function findCommandedRefusal(
  { route }: Attempt,
  ask: Ask,
  directives: Directives,
): Refusal | null {
  const { errorAfterChunks, status } = directives;
  if (status === undefined && errorAfterChunks === undefined) return null;
  const comesLater = ask.stream && errorAfterChunks !== undefined;
  return comesLater ? null : commandedRefusal(directives, route.provider);
}

function makeReply(
  attempt: Attempt,
  codec: DialectCodec,
  ask: Ask,
  occasion: { directives: Directives; userText: string; echo: string | null },
): Reply {
  const { route, token } = attempt;
  attempt.bodyId = codec.bodyId(token);
  return {
    provider: route.provider,
    ask,
    answer: planAnswer(ask, { provider: route.provider.name, ...occasion }),
    directives: occasion.directives,
    token,
    bodyId: attempt.bodyId ?? '',
    createdSeconds: Math.floor(Date.now() / 1000),
  };
}

function invalidJson({ route }: Attempt): Refusal {
  const message =
    route.provider.errorShape === 'anthropic'
      ? 'The request body is not valid JSON.'
      : 'We could not parse the JSON body of your request.';
  return { status: 400, message };
}

function noSuchModel({ route }: Attempt, model: string): Refusal {
  if (route.provider.errorShape === 'anthropic') {
    return { status: 404, message: `model: ${model}` };
  }
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return { status: 404, message, code: 'model_not_found' };
}
