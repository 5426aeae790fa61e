import { foldParts, partGrammar, partsOf, runMachine } from '@fluxrouter/conversation';
import { isFluxError } from '@fluxrouter/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, canonicalAnswer, canonicalSettings } from '../../recordings/canonical.ts';
import { answers, conversations } from '../../recordings/conversations.arbitrary.ts';
import { readWire } from '../../recordings/translate.ts';
import { codecs } from '../codecs.ts';
import { type DialectName, dialectNames, dialects } from '../index.ts';
import { wireText } from './read-wire.ts';

const runs = { numRuns: 60, seed: 20_261_121 };
const sent = (body: object) => JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
const pairs = dialectNames.flatMap((from) => dialectNames.map((to) => [from, to] as const));
const foreign = pairs.filter(([from, to]) => from !== to);

function decode(dialect: DialectName, body: object) {
  const conversation = codecs[dialect].decodeRequest(sent(body));
  if (isFluxError(conversation)) throw new Error(conversation.message);
  return conversation;
}

describe('the first law: into its own dialect nothing is lost', () => {
  it.each(dialectNames)('of a conversation in %s', (dialect) => {
    fc.assert(
      fc.property(conversations(dialect), (conversation) => {
        const target = { dialect, model: 'm', upstreamModel: conversation.model };
        const { body, notes } = codecs[dialect].encodeRequest(conversation, target);
        expect(notes).toEqual([]);
        const again = decode(dialect, body);
        expect(again).toEqual(conversation);
        expect(codecs[dialect].encodeRequest(again, target).body).toEqual(sent(body));
      }),
      runs,
    );
  });

  it.each(dialectNames)('of any JSON that %s is sent', (dialect) => {
    const wild = fc.dictionary(
      fc.oneof(fc.constantFrom(...memberNames), fc.string({ maxLength: 6 })),
      fc.jsonValue({ maxDepth: 3 }),
      { maxKeys: 12 },
    );
    fc.assert(
      fc.property(wild, fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 3 }), (rest, more) => {
        const body = sent({
          ...rest,
          model: 'm',
          [dialect === 'openai-responses' ? 'input' : 'messages']: [
            { role: 'user', content: 'x' },
            ...more.filter(
              (value) => typeof value === 'object' && value !== null && 'role' in value,
            ),
          ],
        });
        const conversation = codecs[dialect].decodeRequest(body);
        if (isFluxError(conversation)) return;
        const target = { dialect, model: 'm', upstreamModel: 'm' };
        expect(sent(codecs[dialect].encodeRequest(conversation, target).body)).toEqual(body);
      }),
      runs,
    );
  });
});

describe.each(foreign)('the second law, from %s into %s', (from, to) => {
  const target = {
    dialect: to,
    model: 'm',
    upstreamModel: 'upstream',
    thinking: 'adaptive',
  } as const;

  it('loses of a conversation exactly what the notes say', () => {
    fc.assert(
      fc.property(conversations(from), (conversation) => {
        const { body, notes } = codecs[to].encodeRequest(conversation, target);
        const again = decode(to, body);
        expect(canonical(again, [])).toEqual(canonical(conversation, notes));
        const settings = canonicalSettings(conversation, notes);
        expect(canonicalSettings(again, notes)).toEqual(
          // Anthropic wants a limit: where none was given there is one now.
          conversation.maxTokens === undefined && to === 'anthropic-messages'
            ? { ...settings, maxTokens: again.maxTokens }
            : settings,
        );
      }),
      runs,
    );
  });

  it('writes what the dialect accepts', () => {
    fc.assert(
      fc.property(conversations(from), (conversation) => {
        const { body } = codecs[to].encodeRequest(conversation, target);
        const bytes = Buffer.from(JSON.stringify(body));
        const reading = dialects[to].readRequest(bytes, { maxDepth: 64 });
        if (isFluxError(reading)) throw new Error(`${reading.message} ${bytes}`);
      }),
      runs,
    );
  });
});

describe.each(pairs)('an answer of %s in %s', (from, to) => {
  it('is the same whole', () => {
    fc.assert(
      fc.property(answers(from), (answer) => {
        const { body, notes } = codecs[to].encodeAnswer(answer, {});
        expect(notes).toEqual([]);
        const again = codecs[to].decodeAnswer(sent(body), null);
        if (again === null) throw new Error('not an answer');
        if (from !== to) expect(canonicalAnswer(again)).toEqual(canonicalAnswer(answer));
      }),
      runs,
    );
  });

  it('is the same streamed', () => {
    fc.assert(
      fc.property(answers(from), (answer) => {
        const parts = partsOf(answer);
        expect(runMachine(partGrammar, parts)).toEqual([]);
        expect(canonicalAnswer(foldParts(parts, from) ?? answer)).toEqual(canonicalAnswer(answer));
        const events = runMachine(codecs[to].encodeStream({ usageChunk: true }), parts);
        const wire = readWire(Buffer.from(events.map(wireText).join('')));
        expect(runMachine(codecs[to].streamGrammar, wire)).toEqual([]);
        const again = foldParts(runMachine(codecs[to].decodeStream(null), wire), to);
        if (again === null) throw new Error('not an answer');
        expect(words(again)).toEqual(words(answer));
      }),
      runs,
    );
  });
});

/** Reasoning's seals come apart from its words in a stream of chat. */
function words(answer: Parameters<typeof canonicalAnswer>[0]) {
  const { blocks, finish, usage } = canonicalAnswer(answer);
  const thoughts: string[] = [];
  const others: unknown[] = [];
  for (const block of blocks ?? []) {
    const { kind, text } = block as { kind: string; text: string };
    if (kind === 'reasoning') thoughts.push(text);
    else others.push(block);
  }
  return { thoughts: thoughts.join(''), others, finish, usage };
}

const memberNames = [
  'stop',
  'max_tokens',
  'max_completion_tokens',
  'tools',
  'tool_choice',
  'response_format',
  'text',
  'reasoning',
  'thinking',
  'output_config',
  'metadata',
  'system',
  'instructions',
  'logprobs',
  'top_logprobs',
  'include',
  'n',
  'user',
];
