import type { Machine, StreamPart } from '@fluxrouter/conversation';

type State = { readonly at: 'within'; readonly characters: number } | { readonly at: 'over' };

/** What a block takes beside its text, characters, about. */
const BLOCK_CHARACTERS = 400;

/**
 * Ends an answer that is larger than may be kept: a stream of responses tells all of it again at its
 * end, so all of it is in memory until then.
 */
export function limitParts(charactersMax: number): Machine<State, StreamPart, StreamPart> {
  return {
    initial: { at: 'within', characters: 0 },
    step(state, part) {
      if (state.at === 'over') return [state, []];
      const size =
        part.type === 'block-delta'
          ? part.text.length
          : part.type === 'block-start'
            ? BLOCK_CHARACTERS
            : 0;
      if (size === 0) return [state, [part]];
      const characters = state.characters + size;
      if (characters <= charactersMax) return [{ at: 'within', characters }, [part]];
      return [{ at: 'over' }, [{ type: 'error', cause: 'too_large' }]];
    },
    end: () => [],
  };
}
