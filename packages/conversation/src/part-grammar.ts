import type { Machine } from './machine.ts';
import type { StreamPart } from './parts.ts';

type State = { readonly at: 'beforeStart' | 'betweenBlocks' | 'inBlock' | 'finished' | 'over' };

/**
 * Says what is wrong with a sequence of parts; nothing where it follows the grammar:
 *
 * stream = note* [start (note | usage | block-start block-delta* block-end)* finish+] end
 *        | any prefix of it, then error
 */
export const partGrammar: Machine<State, StreamPart, string> = {
  initial: { at: 'beforeStart' },
  step(state, part) {
    const next = follow(state, part);
    return next === null ? [state, [`${part.type} ${state.at}`]] : [{ at: next }, []];
  },
  end: (state) => (state.at === 'over' ? [] : [`no end ${state.at}`]),
};

function follow({ at }: State, part: StreamPart): State['at'] | null {
  if (at === 'over') return null;
  switch (part.type) {
    case 'error':
      return 'over';
    case 'note':
      return at;
    case 'start':
      return at === 'beforeStart' ? 'betweenBlocks' : null;
    case 'usage':
      return at === 'beforeStart' ? null : at;
    case 'block-start':
      return at === 'betweenBlocks' ? 'inBlock' : null;
    case 'block-delta':
      return at === 'inBlock' ? at : null;
    case 'block-end':
      return at === 'inBlock' ? 'betweenBlocks' : null;
    case 'finish':
      return at === 'betweenBlocks' || at === 'finished' ? 'finished' : null;
    case 'end':
      return at === 'finished' ? 'over' : null;
  }
}
