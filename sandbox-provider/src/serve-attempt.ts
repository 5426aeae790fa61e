import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Attempt, bookTransmission } from './attempt.ts';
import { serveBench } from './bench.ts';
import { commandedRefusal } from './commanded-refusal.ts';
import { codecs } from './dialects/codecs.ts';
import { type Directives, readDirectives } from './directives.ts';
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
  const commands = readDirectives(ask.userText);
  if (!commands.ok) return sendRefusal(attempt, { status: 400, message: commands.problem });
  const directives = attempt.sandbox.gate(commands.directives, ask.model);
  if (directives.endless && !ask.stream) {
    const message = "Sandbox directive 'endless' needs a streamed answer.";
    return sendRefusal(attempt, { status: 400, message });
  }

  const transmission = new Transmission(attempt.response, {
    hash: attempt.sandbox.hashBodies || directives.hash === true,
    ...(directives.splitBytes === undefined ? {} : { splitBytes: directives.splitBytes }),
  });
  await transmission.pause(directives.headDelayMs);
  if (transmission.gone) return bookTransmission(attempt, 'client_gone', transmission);
  if (directives.die?.afterChunks === -1) return dieNow(attempt, 'reset', transmission);
  const { provider } = attempt.route;
  const failsLater = ask.stream && directives.errorAfterChunks !== undefined;
  const fails = directives.status !== undefined || directives.errorAfterChunks !== undefined;
  if (fails && !failsLater) return sendRefusal(attempt, commandedRefusal(directives, provider));

  attempt.bodyId = codec.bodyId(attempt.token);
  const answer = planAnswer(ask, {
    provider: provider.name,
    directives,
    userText: commands.text,
    echo: echoOf(directives, attempt.request, rawBody, body),
  });
  const reply = {
    provider,
    ask,
    answer,
    directives,
    token: attempt.token,
    bodyId: attempt.bodyId,
    createdSeconds: Math.floor(Date.now() / 1000),
  };
  if (ask.stream) {
    return sendStream(attempt, codec.encodeStream(reply), codec, directives, transmission);
  }
  const encoded = codec.encodeResponse(reply);
  return sendBody(attempt, encoded.body, encoded.usage, directives, transmission);
}

function parseBody(rawBody: Buffer): JsonObject | null {
  try {
    const body: unknown = JSON.parse(rawBody.toString('utf8'));
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
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

const credentialHeaders = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
  'proxy-authorization',
]);

function echoOf(
  directives: Directives,
  request: IncomingMessage,
  rawBody: Buffer,
  body: JsonObject,
): string | null {
  if (!directives.echoHeaders && !directives.echoBody) return null;
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    credentialHeaders.has(name) ? '[present]' : value,
  ]);
  const sha256 = createHash('sha256').update(rawBody).digest('hex');
  return JSON.stringify({
    ...(directives.echoHeaders
      ? { method: request.method, path: request.url, headers: Object.fromEntries(headers) }
      : {}),
    ...(directives.echoBody ? { sha256, bytes: rawBody.length } : {}),
    bodyKeys: Object.keys(body),
  });
}
