import type { Answer, Block, JsonObject, Machine, StreamPart } from '@fluxrouter/conversation';
import { asRecord } from '../usage.ts';
import { compact } from './members.ts';

/**
 * Tools that take free text exist in OpenAI's dialects only, and at few of the vendors of chat: to
 * the others such a tool is a function with one argument, and its calls come back as what they were.
 */

/** The schema of the one argument; a grammar can only be told in words. */
export function freeTextSchema(format: JsonObject | undefined): JsonObject {
  const grammar = format?.['type'] === 'grammar' ? format['definition'] : undefined;
  const description =
    typeof grammar === 'string' ? `Text that follows this grammar:\n${grammar}` : undefined;
  return {
    type: 'object',
    properties: { input: compact({ type: 'string', description }) },
    required: ['input'],
  };
}

export function wrapFreeText(text: string): string {
  return JSON.stringify({ input: text });
}

/** Whatever else it is, as it came. */
function freeTextOf(words: string): string {
  try {
    const input = asRecord(JSON.parse(words))?.['input'];
    return typeof input === 'string' ? input : words;
  } catch {
    return words;
  }
}

type Names = ReadonlySet<string>;

export function restoreCustomCalls(answer: Answer, names: Names): Answer {
  if (names.size === 0) return answer;
  const restore = (block: Block): Block =>
    block.kind === 'toolCall' && names.has(block.name)
      ? { ...block, custom: true, arguments: freeTextOf(block.arguments) }
      : block;
  const choices = answer.choices.map((choice) => ({
    ...choice,
    turns: choice.turns.map((turn) => ({ ...turn, blocks: turn.blocks.map(restore) })),
  }));
  return { ...answer, choices };
}

/** `text`: the arguments of the call under way that is to be restored; null: there is none. */
interface State {
  readonly text: string | null;
}

/** A call's text is told when its JSON is whole. */
export function restoreCustomParts(names: Names): Machine<State, StreamPart, StreamPart> {
  return {
    initial: { text: null },
    step(state, part) {
      if (part.type === 'block-start') {
        const { block } = part;
        if (block.kind !== 'toolCall' || !names.has(block.name)) return [state, [part]];
        return [{ text: '' }, [{ type: 'block-start', block: { ...block, custom: true } }]];
      }
      if (state.text === null) return [state, [part]];
      if (part.type === 'block-delta') return [{ text: state.text + part.text }, []];
      if (part.type !== 'block-end') return [state, [part]];
      return [{ text: null }, [{ type: 'block-delta', text: freeTextOf(state.text) }, part]];
    },
    end: () => [],
  };
}
