import type { Conversation, Turn } from './conversation.ts';

/**
 * The first turn of a tool turn that is under way: the model has called tools, and what follows are
 * their results. null: the last word is a user's, or nobody has called anything.
 */
export function unfinishedToolTurn({ turns }: Conversation): number | null {
  let last = turns.length - 1;
  while (last >= 0 && isQuiet(turns[last] as Turn)) last--;
  const latest = turns[last];
  if (latest === undefined || !holdsResults(latest)) return null;
  // Back to the last thing that a user said.
  let from = last;
  while (from > 0) {
    const before = turns[from - 1] as Turn;
    if (before.role === 'user' && !holdsResults(before)) break;
    from--;
  }
  return from;
}

function holdsResults({ blocks }: Turn): boolean {
  return blocks.some(({ kind }) => kind === 'toolResult');
}

function isQuiet({ role }: Turn): boolean {
  return role === 'system' || role === 'developer';
}
