import { RequestFacts } from '@fluxrouter/generated/events';
import { AttemptFrames } from '@fluxrouter/generated/proxy';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginning, ending } from './attempts.contract.ts';
import { type FrameListener, readFrames } from './frame-reader.ts';
import { makeFrameWriter } from './frame-writer.ts';

const id = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const header = fc.record({ name: text, value: text });

type Frame = readonly [string, ...unknown[]];

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.tuple(fc.constant('accept'), id),
  fc.tuple(fc.constant('cancel'), id, fc.constantFrom('client_gone', 'deadline')),
  fc.tuple(fc.constant('credit'), id, fc.nat()),
  fc.tuple(fc.constant('data'), id, bytes, fc.boolean(), fc.boolean(), fc.boolean()),
  fc.tuple(
    fc.constant('head'),
    id,
    fc.record({ status: fc.nat(999), headers: fc.array(header, { maxLength: 3 }) }),
  ),
  fc.tuple(
    fc.constant('end'),
    id,
    fc
      .record({
        bodyId: text,
        costPicoUsd: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        savingsPermille: fc.option(fc.integer({ min: -5000, max: 1000 }), { nil: undefined }),
        storedIds: fc.array(text.filter(Boolean), { maxLength: 3 }),
        notes: fc.array(text.filter(Boolean), { maxLength: 3 }),
        finalBytes: bytes,
      })
      .map(ending),
  ),
  fc.tuple(fc.constant('drain')),
);

function write(frames: readonly Frame[]): Buffer {
  const writer = makeFrameWriter();
  for (const [kind, ...args] of frames) {
    const [attempt, end] = args as [number, ReturnType<typeof ending>];
    if (kind === 'end') writer.end(attempt, end, end.finalBytes);
    else (writer[kind as 'data'] as (...all: unknown[]) => void)(...args);
  }
  return writer.take();
}

const listed = (read: (listener: FrameListener) => void): Frame[] => {
  const frames: Frame[] = [];
  const kinds = ['accept', 'cancel', 'credit', 'data', 'head', 'end', 'drain'];
  const told = (kind: string) => [kind, (...args: unknown[]) => void frames.push([kind, ...args])];
  read(Object.fromEntries(kinds.map(told)) as FrameListener);
  return frames;
};

test('what is written by hand is read by hand as it was', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
      const message = write(frames);
      expect(listed((listener) => readFrames(message, listener))).toEqual(frames);
    }),
  );
});

test('the generated decoder reads it the same, and its own encoding is read here', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
      const decoded = AttemptFrames.decode(write(frames));
      expect(decoded.frames.map(({ body }) => body?.$case)).toEqual(frames.map(([kind]) => kind));
      const generated = Buffer.from(AttemptFrames.encode(decoded).finish());
      expect(listed((listener) => readFrames(generated, listener))).toEqual(frames);
    }),
  );
});

test('a beginning keeps the bytes of its facts, from either encoder', () => {
  const writer = makeFrameWriter();
  const begin = beginning({ bodyBytes: undefined });
  writer.begin(7, begin, 1000, begin.body);
  const byHand = writer.take();
  const generated = Buffer.from(AttemptFrames.encode(AttemptFrames.decode(byHand)).finish());
  for (const message of [byHand, generated]) {
    readFrames(message, {
      begin(attempt, read) {
        expect(attempt).toBe(7);
        expect(read).toMatchObject({ ...begin, request: expect.anything(), initialCredit: 1000 });
        expect(Buffer.from(RequestFacts.encode(read.request as RequestFacts).finish())).toEqual(
          Buffer.from(RequestFacts.encode(begin.request as RequestFacts).finish()),
        );
      },
    });
  }
  expect.assertions(6);
});

test('what it does not know is skipped; what is cut short is an error', () => {
  const message = write([['credit', 3, 70_000]]);
  const unknown = Buffer.from([0x12, 2, 1, 2, 0x18, 5, 0x21, 0, 0, 0, 0, 0, 0, 0, 0]);
  const frames = listed((listener) => readFrames(Buffer.concat([unknown, message]), listener));
  expect(frames).toEqual([['credit', 3, 70_000]]);
  expect(() => readFrames(message.subarray(0, message.length - 1), {})).toThrow(RangeError);
});
