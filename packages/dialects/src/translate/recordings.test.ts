import { foldParts, partGrammar, runMachine } from '@fluxrouter/conversation';
import { isFluxError } from '@fluxrouter/errors';
import { describe, expect, it } from 'vitest';
import { byteByByte, seededCuts } from '../../recordings/cuts.ts';
import { loadRecordings, type Recording } from '../../recordings/load.ts';
import { parsed, readWire, streamProblems, translateStream } from '../../recordings/translate.ts';
import { codecs } from '../codecs.ts';
import { dialectNames, dialects } from '../index.ts';
import { UNREADABLE, WireReader, wireText } from './read-wire.ts';

const recordings = dialectNames.flatMap(loadRecordings);
const named = (list: Recording[]): [string, Recording][] =>
  list.map((recording) => [`${recording.dialect}/${recording.name}`, recording]);
const streams = recordings.filter(({ stream }) => stream !== null && !isBroken(stream));
const broken = recordings.filter(({ stream }) => stream !== null && isBroken(stream));
const answers = recordings.filter(({ answer }) => answer !== null);

function decoded({ dialect, request }: Recording) {
  const conversation = codecs[dialect].decodeRequest(parsed(request));
  if (isFluxError(conversation)) throw new Error(conversation.message);
  return conversation;
}

describe.each(named(recordings))('the request of %s', (_title, recording) => {
  it('is the same when it has been decoded and encoded into its own dialect', () => {
    const conversation = decoded(recording);
    const { dialect } = recording;
    const target = { dialect, model: 'm', upstreamModel: conversation.model };
    const { body, notes } = codecs[dialect].encodeRequest(conversation, target);
    expect(body).toEqual(parsed(recording.request));
    expect(notes).toEqual([]);
  });

  it.each(dialectNames)('is a request that %s accepts', (to) => {
    const conversation = decoded(recording);
    const target = { dialect: to, model: 'm', upstreamModel: 'upstream' };
    const { body } = codecs[to].encodeRequest(conversation, target);
    const reading = dialects[to].readRequest(Buffer.from(JSON.stringify(body)), { maxDepth: 64 });
    if (isFluxError(reading)) throw new Error(reading.message);
    expect(reading.model).toBe('upstream');
  });
});

describe.each(named(answers))('the answer %s', (_title, recording) => {
  const { dialect } = recording;
  const body = parsed(recording.answer as Buffer);

  it('is the same when it has been decoded and encoded into its own dialect', () => {
    const answer = codecs[dialect].decodeAnswer(body, null);
    if (answer === null) throw new Error('not an answer');
    const encoded = codecs[dialect].encodeAnswer(answer, {});
    expect(encoded.body).toEqual(body);
    expect(encoded.notes).toEqual([]);
  });

  it.each(dialectNames)('is an answer of the same text and usage in %s', (to) => {
    const answer = codecs[dialect].decodeAnswer(body, 'model-1');
    if (answer === null) throw new Error('not an answer');
    const { body: encoded, notes } = codecs[to].encodeAnswer(answer, {});
    const bytes = Buffer.from(JSON.stringify(encoded));
    const reading = dialects[to].readAnswer(bytes);
    expect(reading.ok).toBe(true);
    const text = words(dialects[to].extractAnswerText(bytes));
    const moved = notes.some(({ code }) => code === 'order');
    const inOrder = (told: string) => (moved ? [...told].sort().join('') : told);
    expect(inOrder(text)).toBe(inOrder(textIn(recording, to)));
    expect({ ...reading.usage, cacheWrite1h: 0, cacheWrite5m: 0, cacheRead: 0 }).toMatchObject({
      ...recording.expected.usage,
      cacheWrite1h: 0,
      cacheWrite5m: 0,
      cacheRead: 0,
    });
  });
});

it.each(named(broken))('the broken stream %s ends in an error, in every dialect', (_title, one) => {
  for (const to of dialectNames) {
    const { parts, output } = translateStream(one.dialect, to, [one.stream as Buffer]);
    expect(parts.at(-1)).toEqual({ type: 'error', cause: 'malformed' });
    expect(runMachine(partGrammar, parts)).toEqual([]);
    expect(streamProblems(to, output)).toEqual([]);
  }
});

describe.each(named(streams))('the stream %s', (_title, recording) => {
  const { dialect } = recording;
  const stream = recording.stream as Buffer;
  const whole = translateStream(dialect, dialect, [stream], { model: 'model-1' });

  it('is parts that follow their grammar', () => {
    expect(runMachine(partGrammar, whole.parts)).toEqual([]);
  });

  it('is the same parts byte by byte and under every cut', () => {
    const again = (chunks: Buffer[]) =>
      translateStream(dialect, dialect, chunks, { model: 'model-1' }).parts;
    expect(again(byteByByte(stream))).toEqual(whole.parts);
    for (let seed = 1; seed <= 10; seed++) {
      expect(again(seededCuts(stream, seed))).toEqual(whole.parts);
    }
  });

  it.each(dialectNames)('is a well-formed stream of %s with the same text', (to) => {
    const { output, parts } = translateStream(dialect, to, [stream], { model: 'model-1' });
    expect(streamProblems(to, output)).toEqual([]);
    expect(parts).toEqual(whole.parts);
    expect(words(dialects[to].extractDeltaText(output))).toBe(textIn(recording, to));
    const again = translateStream(to, to, [output], { model: 'model-1' });
    expect(strip(foldParts(again.parts, 'any'))).toEqual(strip(foldParts(parts, 'any')));
  });

  it.each(dialectNames)('ends well-formed in %s when it is cut after any event', (to) => {
    const events = readWire(stream);
    for (let length = 0; length <= events.length; length++) {
      const bytes = Buffer.from(events.slice(0, length).map(wireText).join(''));
      const { output, parts } = translateStream(dialect, to, [bytes], { model: 'model-1' });
      expect(['end', 'error']).toContain(parts.at(-1)?.type);
      expect(runMachine(partGrammar, parts)).toEqual([]);
      // Without a beginning there is no stream, but an answer with an error's status.
      if (parts.some(({ type }) => type === 'start')) {
        expect(streamProblems(to, output)).toEqual([]);
      }
    }
  });
});

/** Words that other dialects have no place for; of two answers in a stream only the first is translated. */
const NOBODY_ELSES: Readonly<Record<string, string>> = {
  'openai-chat/thinking-parts-answer': '17 × 23 is 17 × 20 + 17 × 3.',
  'anthropic-messages/hosted-search-pause-answer': 'web_search{"query":"news"}',
  'openai-chat/two-choices-obfuscation-stream': 'Tails',
};

function textIn({ dialect, name, expected, stream }: Recording, to: string): string {
  const lost = NOBODY_ELSES[`${dialect}/${name}`] ?? '';
  if (expected.translatedText !== undefined) return expected.translatedText;
  return to === dialect && stream === null ? expected.text : expected.text.replace(lost, '');
}

/** It holds data that is no JSON object. */
function isBroken(stream: Buffer): boolean {
  return new WireReader(1 << 24).push(stream).includes(UNREADABLE);
}

/** A custom tool's free text is an argument where there are only functions. */
function words(text: string): string {
  return text.replace(/\{"input":("(?:[^"\\]|\\.)*")\}/g, (_, json: string) => JSON.parse(json));
}

/** What a dialect names in its own way, or has no name for. */
function strip(answer: ReturnType<typeof foldParts>) {
  if (answer === null) return null;
  const { turns } = answer.choices[0] ?? { turns: [] };
  return turns.flatMap(({ blocks }) =>
    blocks.flatMap((block): unknown[] => {
      if (block.kind === 'reasoning') return block.text === '' ? [] : [{ text: block.text }];
      if (block.kind === 'refusal') return [{ kind: 'text', text: block.text }];
      if (block.kind !== 'toolCall') return [block];
      const { custom: _, ...call } = block;
      return [{ ...call, arguments: words(call.arguments) }];
    }),
  );
}
