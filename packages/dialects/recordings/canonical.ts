import type { Answer, Block, Conversation, Note, Turn } from '@fluxrouter/conversation';
import { compact } from '../src/translate/members.ts';

/**
 * Conversations without what dialects say in different ways and mean alike, so that two can be
 * compared. What notes tell of is left out, and nothing else: for tests of the second law only.
 */
export function canonical(conversation: Conversation, notes: readonly Note[]) {
  const said = new Map(notes.map((note) => [note.path, note]));
  const system: string[] = [];
  const spoken: object[] = [];
  const turns: [Turn, string][] = conversation.turns.map((turn, i) => [turn, `turns.${i}`]);
  if (conversation.instructions) turns.unshift([conversation.instructions, 'instructions']);
  for (const [turn, path] of turns) {
    if (turn.role === 'system' || turn.role === 'developer') {
      for (const block of turn.blocks) if (block.kind === 'text') system.push(block.text);
      continue;
    }
    const side = turn.role === 'assistant' ? 'assistant' : 'user';
    const results: object[] = [];
    const moved: object[] = [];
    const others: object[] = [];
    turn.blocks.forEach((block, j) => {
      const at = `${path}.blocks.${j}`;
      if (block.kind === 'toolResult') results.push(resultOf(block, at, said, moved, side));
      else {
        const one = blockOf(block, said.get(at));
        if (one !== null) others.push({ side, ...one });
      }
    });
    spoken.push(...results, ...moved, ...others);
  }
  return { system: system.filter((words) => words !== JSON_ONLY), spoken };
}

const JSON_ONLY = 'Answer with one JSON object and nothing else.';

function resultOf(
  block: Extract<Block, { kind: 'toolResult' }>,
  path: string,
  said: ReadonlyMap<string, Note>,
  moved: object[],
  side: string,
): object {
  const parts: object[] = [];
  block.blocks.forEach((part, k) => {
    const note = said.get(`${path}.blocks.${k}`);
    const one = blockOf(part, note?.kind === 'moved' ? undefined : note);
    if (one === null) return;
    if (note?.kind === 'moved') moved.push({ side, ...one });
    else parts.push(one);
  });
  const words = parts.map((part) => (part as { text?: string }).text);
  const isText = words.every((word) => word !== undefined);
  return {
    kind: 'toolResult',
    callId: block.callId,
    // One text or several: the words are the same.
    content: isText ? words.join('\n\n') : parts,
    isError: said.get(path)?.code === 'tool_result_error' ? false : block.isError === true,
  };
}

function blockOf(block: Block, note: Note | undefined): object | null {
  if (note?.kind === 'dropped' && note.code !== 'image_detail') return null;
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return { kind: 'text', text: block.text };
    case 'image': {
      const silent = note?.code === 'image_detail' || block.detail === 'auto';
      return compact({
        kind: 'image',
        source: block.source,
        detail: silent ? undefined : block.detail,
      });
    }
    case 'file':
      if (note?.code === 'document_text' && block.source.at === 'text') {
        return { kind: 'text', text: block.source.text };
      }
      return compact({
        kind: 'file',
        source: block.source,
        name: block.name === 'document.pdf' ? undefined : block.name,
      });
    case 'toolCall':
      return {
        kind: 'toolCall',
        id: block.id,
        name: block.name,
        input: JSON.parse(block.arguments) as unknown,
      };
    case 'reasoning':
      return compact({ kind: 'reasoning', text: block.text, seal: block.seal });
    default:
      return block;
  }
}

/** Everything but what is said. */
export function canonicalSettings(conversation: Conversation, notes: readonly Note[]) {
  const masked = new Set(notes.map(({ path }) => path.split('.')[0]));
  const { tools, toolChoice, output, reasoning, parallelToolCalls } = conversation;
  const callable = tools !== undefined && toolChoice?.mode !== 'none';
  const all: Record<string, unknown> = {
    stream: conversation.stream,
    maxTokens: conversation.maxTokens,
    temperature: unless(conversation.temperature, 1),
    topP: unless(conversation.topP, 1),
    topK: conversation.topK,
    frequencyPenalty: unless(conversation.frequencyPenalty, 0),
    presencePenalty: unless(conversation.presencePenalty, 0),
    seed: conversation.seed,
    stop: conversation.stop,
    answers: unless(conversation.answers, 1),
    logprobs: conversation.logprobs,
    endUser: conversation.endUser,
    verbosity: conversation.verbosity,
    parallelToolCalls: callable ? unless(parallelToolCalls, true) : undefined,
    toolChoice: toolChoice?.mode === 'auto' ? undefined : toolChoice,
    output: output?.kind === 'schema' ? { schema: output.schema } : output,
    reasoning: reasoning?.effort,
    tools: tools?.map((tool) =>
      tool.kind === 'function'
        ? compact({
            name: tool.name,
            description: tool.description,
            parameters: tool.parameters,
            strict: tool.strict === true ? true : undefined,
          })
        : tool,
    ),
  };
  for (const name of masked) if (name !== undefined) delete all[name];
  return compact(all);
}

function unless<T>(value: T | undefined, same: T): T | undefined {
  return value === same ? undefined : value;
}

/** An answer without what dialects say in different ways and mean alike. */
export function canonicalAnswer(answer: Answer) {
  const [choice] = answer.choices;
  const { cacheWrite5m, cacheWrite1h, ...buckets } = answer.usage?.buckets ?? {};
  return {
    blocks: choice?.turns.flatMap(({ blocks }) => blocks.map((block) => blockOf(block, undefined))),
    finish: choice?.finish?.reason,
    usage: { ...buckets, writes: (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0) },
  };
}
