import type { Block, Turn } from '@fluxrouter/conversation';

export interface PlacedBlock {
  readonly block: Block;
  readonly path: string;
}

/** Turns that another dialect says as one. */
export interface Group {
  readonly side: 'system' | 'user' | 'assistant';
  readonly blocks: readonly PlacedBlock[];
  /** The one turn that it is made of; null: of several. */
  readonly turn: Turn | null;
  readonly path: string;
}

/** @param join whether neighbours of this side become one */
export function groupTurns(
  turns: readonly Turn[],
  join: (side: Group['side']) => boolean,
): Group[] {
  const groups: Group[] = [];
  turns.forEach((turn, i) => {
    const side = sideOf(turn);
    const path = `turns.${i}`;
    const blocks = placed(turn, path);
    const last = groups.at(-1);
    if (last?.side === side && join(side)) {
      groups[groups.length - 1] = { ...last, blocks: last.blocks.concat(blocks), turn: null };
    } else groups.push({ side, blocks, turn, path });
  });
  return groups;
}

export function placed({ blocks }: Turn, path: string): PlacedBlock[] {
  return blocks.map((block, i) => ({ block, path: `${path}.blocks.${i}` }));
}

function sideOf({ role }: Turn): Group['side'] {
  if (role === 'assistant') return 'assistant';
  return role === 'user' || role === 'tool' ? 'user' : 'system';
}
