import type {
  Answer,
  Block,
  Conversation,
  OutputFormat,
  ReasoningBlock,
  Tool,
  Turn,
} from '@fluxrouter/conversation';
import fc from 'fast-check';
import type { DialectName } from '../src/index.ts';
import { compact } from '../src/translate/members.ts';

/** Conversations as each dialect can say them. For tests only. */

const text = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' });
const name = fc.stringMatching(/^[a-z][a-z_]{0,12}$/);
const id = fc.stringMatching(/^[A-Za-z0-9]{4,12}$/);
const base64 = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const json = fc.dictionary(name, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3 });

const textBlock: fc.Arbitrary<Block> = text.map((words) => ({ kind: 'text', text: words }));
const dataImage: fc.Arbitrary<Block> = base64.map((data) => ({
  kind: 'image',
  source: { at: 'data', mediaType: 'image/png', data },
}));
const urlImage: fc.Arbitrary<Block> = id.map((path) => ({
  kind: 'image',
  source: { at: 'url', url: `https://example.com/${path}.png` },
}));
const detailedImage: fc.Arbitrary<Block> = fc
  .tuple(base64, fc.constantFrom('low', 'high', 'auto'))
  .map(([data, detail]) => ({
    kind: 'image',
    source: { at: 'data', mediaType: 'image/jpeg', data },
    detail,
  }));
const pdf: fc.Arbitrary<Block> = fc.tuple(base64, maybe(name)).map(([data, title]) =>
  compact({
    kind: 'file' as const,
    source: { at: 'data' as const, mediaType: 'application/pdf', data },
    name: title,
  }),
);
const textFile: fc.Arbitrary<Block> = text.map((words) => ({
  kind: 'file',
  source: { at: 'text', mediaType: 'text/plain', text: words },
}));
const urlFile: fc.Arbitrary<Block> = id.map((path) => ({
  kind: 'file',
  source: { at: 'url', url: `https://example.com/${path}.pdf` },
}));

const has = (dialect: DialectName, ...dialects: DialectName[]) => dialects.includes(dialect);

function userBlocks(dialect: DialectName): fc.Arbitrary<Block> {
  const blocks = [textBlock, dataImage, urlImage, pdf];
  if (dialect === 'anthropic-messages') blocks.push(textFile, urlFile);
  else blocks.push(detailedImage);
  if (dialect === 'openai-responses') blocks.push(urlFile);
  return fc.oneof(...blocks);
}

const call: fc.Arbitrary<Block> = fc
  .tuple(id, name, json)
  .map(([callId, tool, input]) => ({
    kind: 'toolCall',
    id: `call_${callId}`,
    name: tool,
    arguments: JSON.stringify(input),
  }));

function reasoning(dialect: DialectName): fc.Arbitrary<ReasoningBlock> {
  const seal = id.map((data) => ({ origin: { dialect, model: null }, data }));
  switch (dialect) {
    case 'openai-chat':
      return text.map((words) => ({ kind: 'reasoning', text: words }));
    case 'anthropic-messages':
      return fc.oneof(
        fc.tuple(text, seal).map(([words, sealed]) => ({
          kind: 'reasoning' as const,
          text: words,
          seal: sealed,
        })),
        seal.map((sealed) => ({
          kind: 'reasoning' as const,
          text: '',
          hidden: true as const,
          seal: sealed,
        })),
      );
    case 'openai-responses':
      return fc.tuple(text, maybe(seal)).map(([words, sealed]) =>
        compact({
          kind: 'reasoning' as const,
          text: words,
          summary: true as const,
          seal: sealed,
        }),
      );
  }
}

function result(dialect: DialectName, callId: string): fc.Arbitrary<Block> {
  const parts = dialect === 'openai-chat' ? textBlock : fc.oneof(textBlock, dataImage);
  return fc
    .tuple(
      fc.array(parts, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      dialect === 'anthropic-messages' ? maybe(fc.boolean()) : fc.constant(undefined),
    )
    .map(([blocks, isString, isError]) => {
      const [first] = blocks;
      const shorthand = isString && first?.kind === 'text' ? (true as const) : undefined;
      return compact({
        kind: 'toolResult' as const,
        callId,
        blocks: shorthand ? [first as Block] : blocks,
        shorthand,
        isError,
      });
    });
}

/** A user's word, perhaps an answer, perhaps tools: turns as the dialect cuts them. */
function exchange(dialect: DialectName): fc.Arbitrary<Turn[]> {
  const user: fc.Arbitrary<Turn> = fc.oneof(
    fc
      .array(userBlocks(dialect), { minLength: 1, maxLength: 3 })
      .map((blocks) => ({ role: 'user' as const, blocks })),
    text.map((words) => ({
      role: 'user' as const,
      blocks: [{ kind: 'text' as const, text: words }],
      shorthand: true as const,
    })),
  );
  const assistant = fc
    .tuple(
      fc.array(reasoning(dialect), { maxLength: 1 }),
      fc.array(textBlock, { maxLength: 1 }),
      fc.array(call, { maxLength: 3 }),
    )
    .filter(([, texts, calls]) => texts.length + calls.length > 0);
  return fc.tuple(user, fc.option(assistant)).chain(([first, answer]) => {
    if (answer === null) return fc.constant([first]);
    const [thoughts, texts, calls] = answer;
    const ids = calls.flatMap((block) => (block.kind === 'toolCall' ? [block.id] : []));
    const unique = [...new Set(ids)];
    const turns = assistantTurns(dialect, thoughts, texts, calls);
    return fc
      .tuple(...unique.map((callId) => result(dialect, callId)))
      .map((results) => [first, ...turns, ...resultTurns(dialect, results)]);
  });
}

function assistantTurns(
  dialect: DialectName,
  thoughts: readonly Block[],
  texts: readonly Block[],
  calls: readonly Block[],
): Turn[] {
  const all = [...thoughts, ...texts, ...calls];
  // In responses each of them is an item of its own.
  if (dialect === 'openai-responses') {
    return all.map((block) => ({ role: 'assistant', blocks: [block] }));
  }
  return [{ role: 'assistant', blocks: all }];
}

function resultTurns(dialect: DialectName, results: readonly Block[]): Turn[] {
  if (results.length === 0) return [];
  if (dialect === 'anthropic-messages') return [{ role: 'user', blocks: results }];
  return results.map((block) => ({ role: 'tool', blocks: [block] }));
}

function systemTurns(dialect: DialectName): fc.Arbitrary<Turn[]> {
  const turn = fc
    .tuple(text, fc.constantFrom('system' as const, 'developer' as const))
    .map(([words, role]) => ({
      role,
      blocks: [{ kind: 'text' as const, text: words }],
      shorthand: true as const,
    }));
  return dialect === 'anthropic-messages' ? fc.constant([]) : fc.array(turn, { maxLength: 2 });
}

const tool: fc.Arbitrary<Tool> = fc
  .tuple(name, maybe(text), maybe(fc.boolean()))
  .map(([tooled, description, strict]) =>
    compact({
      kind: 'function' as const,
      name: tooled,
      description,
      parameters: { type: 'object', properties: { a: { type: 'string' } } },
      strict,
    }),
  );

const schema = { type: 'object', properties: { answer: { type: 'string' } } };

function settings(dialect: DialectName) {
  const openAi = dialect !== 'anthropic-messages';
  const fraction = fc.integer({ min: 0, max: 20 }).map((tenths) => tenths / 10);
  const absent = fc.constant(undefined);
  const output: fc.Arbitrary<OutputFormat> = openAi
    ? fc.oneof(
        fc.constant({ kind: 'json' as const }),
        fc.constant({ kind: 'schema' as const, name: 'answer', schema, strict: true }),
      )
    : fc.constant({ kind: 'schema' as const, schema });
  return fc.record({
    stream: maybe(fc.boolean()),
    maxTokens: openAi ? maybe(fc.integer({ min: 1, max: 9000 })) : fc.integer({ min: 1, max: 9000 }),
    temperature: maybe(openAi ? fraction : fraction.map((value) => value / 2)),
    topP: maybe(fraction.map((value) => value / 2)),
    topK: openAi ? absent : maybe(fc.integer({ min: 1, max: 50 })),
    stop: has(dialect, 'openai-responses')
      ? absent
      : maybe(fc.array(text, { minLength: 1, maxLength: 3 })),
    seed: has(dialect, 'openai-chat') ? maybe(fc.integer()) : absent,
    frequencyPenalty: has(dialect, 'openai-chat') ? maybe(fraction) : absent,
    answers: has(dialect, 'openai-chat') ? maybe(fc.integer({ min: 1, max: 3 })) : absent,
    parallelToolCalls: openAi ? maybe(fc.boolean()) : absent,
    output: maybe(output),
    endUser: maybe(id),
    verbosity: openAi ? maybe(fc.constantFrom('low', 'high')) : absent,
    reasoning: openAi
      ? maybe(fc.constantFrom('low', 'medium', 'high').map((effort) => ({ effort })))
      : maybe(
          fc.constantFrom(
            { mode: 'budget' as const, budgetTokens: 2048 },
            { mode: 'adaptive' as const },
            { mode: 'adaptive' as const, effort: 'high' },
            { mode: 'off' as const },
          ),
        ),
  });
}

export function conversations(dialect: DialectName): fc.Arbitrary<Conversation> {
  return fc
    .tuple(
      name,
      maybe(text),
      systemTurns(dialect),
      fc.array(exchange(dialect), { minLength: 1, maxLength: 3 }),
      fc.uniqueArray(tool, { maxLength: 3, selector: (one) => (one.kind === 'function' ? one.name : '') }),
      settings(dialect),
      fc.constantFrom('auto' as const, 'none' as const, 'required' as const, undefined),
    )
    .map(([model, instructions, system, turns, tools, rest, mode]) =>
      compact({
        dialect,
        model,
        instructions:
          instructions === undefined || dialect === 'openai-chat'
            ? undefined
            : {
                role: 'system' as const,
                blocks: [{ kind: 'text' as const, text: instructions }],
                shorthand: true as const,
              },
        turns: [...system, ...turns.flat()],
        tools: tools.length === 0 ? undefined : tools,
        toolChoice: mode === undefined || tools.length === 0 ? undefined : { mode },
        ...rest,
      }),
    ) as fc.Arbitrary<Conversation>;
}

/** A complete answer, as every dialect can say it. */
export function answers(dialect: DialectName): fc.Arbitrary<Answer> {
  const usage = fc
    .record({
      input: fc.nat(10_000),
      cacheRead: fc.nat(10_000),
      output: fc.nat(10_000),
      reasoning: fc.nat(100),
    })
    .map((buckets) => ({ ...buckets, output: buckets.output + buckets.reasoning }));
  return fc
    .tuple(
      id,
      fc.array(text, { maxLength: 2 }),
      fc.array(textBlock, { minLength: 1, maxLength: 1 }),
      fc.array(call, { maxLength: 3 }),
      usage,
    )
    .map(([token, thoughts, texts, calls, buckets]) => {
      const seal = { origin: { dialect, model: 'model-1' }, data: 'sealed' };
      const blocks: Block[] = [
        ...thoughts.map((words) => ({ kind: 'reasoning' as const, text: words, seal })),
        ...texts,
        ...calls,
      ];
      const turn: Turn = { role: 'assistant', blocks };
      return {
        dialect,
        id: token,
        model: 'upstream-1',
        createdAt: 1_763_700_000,
        choices: [{ turns: [turn], finish: { reason: calls.length > 0 ? 'toolCalls' : 'stop' } }],
        usage: { buckets },
      };
    });
}
