import { type JsonObject, runMachine, type StreamPart } from '@fluxrouter/conversation';
import { codecs } from '../src/codecs.ts';
import { type DialectName, dialects } from '../src/index.ts';
import type { Shown, WireEvent } from '../src/translate/codec.ts';
import { UNREADABLE, WireReader, wireText } from '../src/translate/read-wire.ts';
import { StreamTranslation, type Translated } from '../src/translate/stream-translation.ts';

const LIMITS = { frameBytesMax: 1 << 20, charactersMax: 1 << 24 };

/** A stream's bytes as events; for tests only. */
export function readWire(bytes: Buffer): WireEvent[] {
  return new WireReader(1 << 24).push(bytes).map((event) => {
    if (event === UNREADABLE) throw new Error('not an event');
    return event;
  });
}

export interface Replayed {
  readonly parts: StreamPart[];
  /** What a client gets, its last event included. */
  readonly output: Buffer;
}

/** A stream translated as the gateway does it, in the chunks that are given. */
export function translateStream(
  from: DialectName,
  to: DialectName,
  chunks: readonly Buffer[],
  options: { readonly model?: string; readonly shown?: Shown } = {},
): Replayed {
  const translation = new StreamTranslation(codecs[from], codecs[to], {
    model: options.model ?? null,
    shown: { usageChunk: true, ...options.shown },
    ...LIMITS,
  });
  const parts: StreamPart[] = [];
  let output = '';
  let over = false;
  const take = (translated: readonly Translated[]) => {
    for (const { part, events } of translated) {
      if (over) return;
      parts.push(part);
      output += events.map(wireText).join('');
      over = part.type === 'error' || part.type === 'end';
    }
  };
  for (const chunk of chunks) take(translation.push(chunk));
  take(translation.end());
  if (parts.at(-1)?.type === 'error') output += lastWords(to, output);
  return { parts, output: Buffer.from(output) };
}

/** The dialect's error, as it is written after what has gone out. */
function lastWords(to: DialectName, output: string): string {
  const dialect = dialects[to];
  const observer = dialect.createObserver({ clientWantsUsage: true });
  for (const event of readWire(Buffer.from(output))) {
    const frame = Buffer.from(wireText(event));
    observer.frame(frame, 0, frame.length);
  }
  const error = { code: 'stream_interrupted', status: 502, message: 'It ended.' } as const;
  return dialect.streamError(error, 'req_1', observer.snapshot).toString();
}

/** What is wrong with a stream for a client of the dialect. */
export function streamProblems(dialect: DialectName, bytes: Buffer): string[] {
  return runMachine(codecs[dialect].streamGrammar, readWire(bytes));
}

export function parsed(bytes: Buffer): JsonObject {
  return JSON.parse(bytes.toString()) as JsonObject;
}
