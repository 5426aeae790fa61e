import { type Attempt, attemptHeaders, bookAttempt } from './attempt.ts';
import { type BenchTemplate, makeBenchTemplate } from './bench-template.ts';
import { codecs } from './dialects/codecs.ts';
import type { DialectCodec } from './dialects/dialect.ts';
import { asObject, isObject, type JsonObject } from './json.ts';

const templatesRemembered = 1000;
const templates = new Map<string, BenchTemplate>();

/**
 * Answers the benchmark's prompt, the one word `bench`, from a template: a body of about 1 KB, or a
 * stream of 100 content chunks. Its usage and `created` are the template's. Returns false where the
 * request is not the benchmark's, or wants what a template cannot give.
 */
export function serveBench(attempt: Attempt, body: JsonObject): boolean {
  const { model, request, response, route, sandbox } = attempt;
  const codec = codecs[route.operation];
  if (!codec || model === null || sandbox.hashBodies || !isBench(body)) return false;
  // The chunks of a template are framed for HTTP/1.1 and go straight to the socket.
  if (attempt.stream && (request.httpVersion !== '1.1' || !response.socket)) return false;
  const template = findTemplate(attempt, codec, body, model);
  if (!template) return false;
  attempt.bodyId = codec.bodyId(attempt.token);
  if (attempt.stream) writeStream(attempt, template);
  else writeBody(attempt, template);
  return true;
}

function isBench(body: JsonObject): boolean {
  const turns = body['messages'] ?? body['input'] ?? body['prompt'];
  if (turns === 'bench') return true;
  const latest: unknown = Array.isArray(turns) ? turns[turns.length - 1] : undefined;
  if (!isObject(latest) || latest['role'] !== 'user') return false;
  const { content } = latest;
  if (content === 'bench') return true;
  return Array.isArray(content) && content.length === 1 && asObject(content[0])['text'] === 'bench';
}

function findTemplate(
  { route, stream }: Attempt,
  codec: DialectCodec,
  body: JsonObject,
  model: string,
): BenchTemplate | null {
  const includesUsage = asObject(body['stream_options'])['include_usage'] === true;
  const key = `${route.provider.name} ${route.operation} ${stream} ${includesUsage} ${model}`;
  const known = templates.get(key);
  if (known) return known;
  const made = makeBenchTemplate(route.provider, codec, { model, stream, includesUsage });
  if (made && templates.size < templatesRemembered) templates.set(key, made);
  return made;
}

function writeBody(attempt: Attempt, template: BenchTemplate): void {
  const { response, token } = attempt;
  attempt.usage = template.usage;
  bookAttempt(attempt, 'completed', { status: 200, bytesSent: template.bytes }, () => {
    response.writeHead(200, attemptHeaders(attempt, [...template.headers]));
    response.end(template.last.join(token), 'latin1');
  });
}

/** A write a turn of the loop, as a provider's tokens come; 28 KB in all, so nobody waits for room. */
function writeStream(attempt: Attempt, template: BenchTemplate): void {
  const { response, token } = attempt;
  const { socket } = response;
  response.writeHead(200, attemptHeaders(attempt, [...template.headers]));
  response.flushHeaders();
  let index = 0;
  let bytesSent = 0;
  writeNext();

  function writeNext(): void {
    if (!socket || socket.destroyed) {
      bookAttempt(attempt, 'client_gone', { status: 200, bytesSent }, () => {});
      return;
    }
    const parts = template.writes[index];
    index += 1;
    if (parts) {
      const text = parts.join(token);
      bytesSent += text.length;
      socket.write(text, 'latin1');
      setImmediate(writeNext);
      return;
    }
    attempt.usage = template.usage;
    bookAttempt(attempt, 'completed', { status: 200, bytesSent: template.bytes }, () =>
      response.end(template.last.join(token), 'latin1'),
    );
  }
}
