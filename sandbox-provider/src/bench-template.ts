import type { DialectCodec, Reply } from './dialects/dialect.ts';
import type { Directives } from './directives.ts';
import { type Frame, frameText } from './frames.ts';
import { asObject, type JsonObject } from './json.ts';
import { planAnswer } from './plan-answer.ts';
import type { Provider } from './providers.ts';

const bodyWords = 60;
const streamChunks = 100;
const chunksPerWrite = 10;
// As long as a real token, and found in no text.
const placeholder = '~'.repeat(24);

/** An answer that is cut at the places where its ids go: join a part list with the token. */
export interface BenchTemplate {
  /** Content type, and the length where it is known. */
  readonly headers: readonly string[];
  /** What precedes the last part of a stream, already framed as HTTP chunks, one an event. */
  readonly writes: readonly (readonly string[])[];
  /** The whole body, or the closing events of a stream. */
  readonly last: readonly string[];
  /** Size of the body. */
  readonly bytes: number;
  readonly usage: unknown;
}

/** What the benchmark's prompt commands, whoever carries it out. */
export function benchDirectives(stream: boolean): Directives {
  return stream ? { words: streamChunks, chunks: streamChunks } : { words: bodyWords };
}

/** Lets the ordinary encoders word the benchmark's answer, once. */
export function makeBenchTemplate(
  provider: Provider,
  codec: DialectCodec,
  wanted: { readonly model: string; readonly stream: boolean; readonly includesUsage: boolean },
): BenchTemplate | null {
  const reading = codec.readRequest(benchRequest(wanted));
  if (!reading.ok) return null;
  const { ask } = reading;
  const directives = benchDirectives(ask.stream);
  const answer = planAnswer(ask, { provider: provider.name, directives, userText: '', echo: null });
  const reply: Reply = {
    provider,
    ask,
    answer,
    directives,
    token: placeholder,
    bodyId: codec.bodyId(placeholder) ?? '',
    createdSeconds: Math.floor(Date.now() / 1000),
  };
  if (ask.stream) return streamTemplate(codec.encodeStream(reply));
  const { body, usage } = codec.encodeResponse(reply);
  const text = JSON.stringify(body, null, provider.indentsBodies ? 2 : 0);
  const headers = ['content-type', 'application/json', 'content-length', String(text.length)];
  return { headers, writes: [], last: cut(text), bytes: text.length, usage };
}

/** A request that is valid in every dialect. */
function benchRequest(wanted: {
  readonly model: string;
  readonly stream: boolean;
  readonly includesUsage: boolean;
}): JsonObject {
  return {
    model: wanted.model,
    stream: wanted.stream,
    stream_options: { include_usage: wanted.includesUsage },
    max_tokens: 4096,
    messages: [{ role: 'user', content: 'bench' }],
    input: 'bench',
    prompt: 'bench',
  };
}

function streamTemplate(frames: Iterable<Frame>): BenchTemplate {
  const writes: string[] = [];
  let waiting = '';
  let last = '';
  let deltas = 0;
  let bytes = 0;
  let usage: unknown = null;
  for (const frame of frames) {
    const text = frameText(frame, '\n');
    bytes += text.length;
    if (frame.usage) usage = { ...asObject(usage), ...asObject(frame.usage) };
    if (frame.kind === 'closing' || frame.kind === 'terminal') {
      last += text;
      continue;
    }
    waiting += httpChunk(text);
    if (frame.kind === 'delta') deltas += 1;
    if (frame.kind === 'delta' && deltas % chunksPerWrite === 0) {
      writes.push(waiting);
      waiting = '';
    }
  }
  if (waiting !== '') writes.push(waiting);
  const headers = ['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache'];
  return { headers, writes: writes.map(cut), last: cut(last), bytes, usage };
}

// All of it is ASCII, so that characters are bytes.
function httpChunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function cut(text: string): string[] {
  return text.split(placeholder);
}
