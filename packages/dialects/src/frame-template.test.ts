import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameTemplate, type Hole } from './frame-template.ts';
import { type DialectName, dialects } from './index.ts';

const LF = '\n';
const words = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '"', '\\', '\\"}', '","error":{"', 'data: [DONE]', '水\u2028', '\r\n'),
);

describe('a template', () => {
  const learned = (frame: Buffer, holes: readonly Hole[]) => {
    const template = new FrameTemplate();
    template.learn(frame, 0, frame.length, holes);
    return template;
  };
  const frameOf = (text: string, n: unknown, rest: object = {}) =>
    Buffer.from(`data: ${JSON.stringify({ a: { text }, n, ...rest })}${LF}${LF}`);
  const holesOf = (frame: Buffer, text: string, n: number): Hole[] => {
    const start = frame.indexOf('"text":') + 7;
    const end = start + Buffer.byteLength(JSON.stringify(text));
    const number = frame.indexOf('"n":', end) + 4;
    return [
      { start, end, kind: 'words' },
      { start: number, end: number + String(n).length, kind: 'sequence' },
    ];
  };

  it('matches a frame with other words, and says how many bytes they have', () => {
    fc.assert(
      fc.property(words, words, fc.nat(), fc.nat(), fc.nat({ max: 9 }), (a, b, n, m, pad) => {
        const frame = frameOf(a, n);
        const template = learned(frame, holesOf(frame, a, n));
        const next = Buffer.concat([Buffer.alloc(pad, 'x'), frameOf(b, m), Buffer.from('data: {')]);
        const end = next.length - 7;
        expect(template.match(next, pad, end)).toBe(Buffer.byteLength(JSON.stringify(b)) - 2);
        expect(template.sequence).toBe(m);
        expect(template.match(next, pad, end - 1)).toBe(-1);
        expect(template.match(next, pad, end + 1)).toBe(-1);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('matches nothing that parses to anything but other words', () => {
    const rest = fc.dictionary(fc.constantFrom('a', 'n', 'error', 'usage'), fc.jsonValue());
    fc.assert(
      fc.property(words, words, fc.oneof(fc.nat(), fc.jsonValue()), rest, (a, b, m, more) => {
        const frame = frameOf(a, 7);
        const next = frameOf(b, m, more);
        if (learned(frame, holesOf(frame, a, 7)).match(next, 0, next.length) < 0) return;
        const parsed = JSON.parse(next.toString().slice(6));
        expect({ ...parsed, a: { ...parsed.a, text: a }, n: 7 }).toEqual({ a: { text: a }, n: 7 });
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it('does not match a line end or a control character within the words', () => {
    const frame = frameOf('x', 1);
    const template = learned(frame, holesOf(frame, 'x', 1));
    for (const byte of ['\n', '\r', '\t', '\0']) {
      const broken = Buffer.from(frame.toString().replace('"x"', `"x${byte}y"`));
      expect(template.match(broken, 0, broken.length)).toBe(-1);
    }
  });

  it('gives up where no two frames are alike', () => {
    const template = new FrameTemplate();
    let learnedCount = 0;
    for (let i = 0; i < 100; i++) {
      if (template.isWanted) {
        const frame = frameOf(`${i}`, 1);
        template.learn(frame, 0, frame.length, []);
        learnedCount += 1;
      }
    }
    expect(learnedCount).toBe(16);
  });
});

// A chunk with a CR in it is never learned from: with CR LF all frames are scanned.
function observed(name: DialectName, frames: readonly string[], lineEnd: string) {
  const observer = dialects[name].createObserver({ clientWantsUsage: true });
  const verdicts = frames.map((frame) => {
    const bytes = Buffer.from(frame.replaceAll('\n', lineEnd));
    return observer.frame(bytes, 0, bytes.length);
  });
  return { verdicts, snapshot: { ...observer.snapshot }, end: observer.end() };
}

const frameOf = (data: object, event?: string) =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;

const seldom = <T>(value: T) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant(value) },
  );

const chatFrame = fc
  .record({
    index: fc.constantFrom(0, 0, 0, 1),
    name: fc.constantFrom('content', 'content', 'content', 'reasoning_content', 'refusal'),
    text: words,
    second: seldom({ index: 1, delta: { content: 'more' } }),
    // 'ok' is as long as null
    finish: fc.constantFrom(null, null, null, null, 'stop', 'ok'),
    usage: seldom({ prompt_tokens: 3, completion_tokens: 5 }),
    error: seldom({ message: 'overloaded', type: 'server_error' }),
    obfuscation: fc.constantFrom(undefined, 'abc', 'defgh'),
  })
  .map(({ index, name, text, second, finish, usage, error, obfuscation }) =>
    frameOf({
      id: 'chatcmpl-1',
      model: 'm',
      choices: [
        { index, delta: { [name]: text }, finish_reason: finish },
        ...(second === undefined ? [] : [second]),
      ],
      usage,
      error,
      obfuscation,
    }),
  );

const messagesFrame = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constantFrom('text', 'thinking', 'partial_json'), words) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } },
      { type: 'ping' },
      { type: 'error', error: { type: 'overloaded_error', message: 'x' } },
    ),
  },
);
const anthropicFrame = fc
  .tuple(messagesFrame, fc.constantFrom(0, 0, 0, 1))
  .map(([frame, index]) => {
    if (!Array.isArray(frame)) return frameOf(frame, frame.type);
    const [name, text] = frame;
    const delta = { type: `${name}_delta`, [name]: text };
    return frameOf({ type: 'content_block_delta', index, delta }, 'content_block_delta');
  });

const responsesFrame = fc
  .record({
    type: fc.constantFrom(
      ...['response.output_text.delta', 'response.output_text.delta', 'response.refusal.delta'],
      ...['response.output_item.added', 'response.output_text.done', 'response.refusal.done'],
    ),
    delta: words,
    sequence_number: fc.oneof(fc.nat(), fc.constantFrom(undefined, 1e20, -1, '7')),
    obfuscation: fc.constantFrom(undefined, 'abc', 'defgh'),
    item: seldom({ type: 'function_call' }),
  })
  .map((event) => frameOf(event, event.type));

describe.each([
  ['openai-chat', chatFrame],
  ['anthropic-messages', anthropicFrame],
  ['openai-responses', responsesFrame],
] as const)('the observer of %s', (name, frame) => {
  it('says the same of frames that it has learned and of frames that it scans', () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 30 }), (frames) => {
        expect(observed(name, frames, '\n')).toEqual(observed(name, frames, '\r\n'));
      }),
      { seed: 3, numRuns: 1500 },
    );
  });
});
