import { runMachine, type StreamPart } from '@fluxrouter/conversation';
import { describe, expect, it } from 'vitest';
import { encodeStream } from './encode-stream.ts';

const parts: StreamPart[] = [
  { type: 'start', id: 'msg_1', model: 'm' },
  { type: 'block-start', block: { kind: 'text' } },
  { type: 'block-delta', text: 'hi' },
  { type: 'block-end' },
  { type: 'finish', finish: { reason: 'stop' } },
  { type: 'end' },
] as StreamPart[];

const usages = (usageChunk: boolean): unknown[] =>
  runMachine(encodeStream({ usageChunk }), parts).flatMap(({ data }) =>
    data === null ? [] : [(data as { usage?: unknown }).usage],
  );

/** https://platform.openai.com/docs/api-reference/chat/create, `stream_options.include_usage` */
describe('usage in a stream of chunks', () => {
  it('is a member of every chunk where it was asked for, as null until it is known', () => {
    const told = usages(true);
    expect(told.length).toBeGreaterThan(3);
    expect(told.every((usage) => usage === null)).toBe(true);
  });

  it('is in none where it was not asked for', () => {
    expect(usages(false).every((usage) => usage === undefined)).toBe(true);
  });
});
