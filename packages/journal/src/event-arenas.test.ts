import { expect, test } from 'vitest';
import { ARENA_BYTES, EventArenas } from './event-arenas.ts';

function take(arenas: EventArenas, bytes: number) {
  const arena = arenas.withRoom(bytes);
  if (arena === null) throw new Error('no room');
  arena.used += bytes;
  arena.live += 1;
  return arena;
}

test('fills one arena, then goes on in another', () => {
  const arenas = new EventArenas(2 * ARENA_BYTES);
  const first = take(arenas, ARENA_BYTES - 1);
  expect(take(arenas, 1)).toBe(first);
  expect(take(arenas, 1)).not.toBe(first);
});

test('has no room while all of them are needed, and again when one is not', () => {
  const arenas = new EventArenas(2 * ARENA_BYTES);
  const first = take(arenas, ARENA_BYTES);
  take(arenas, ARENA_BYTES);
  expect(arenas.withRoom(1)).toBeNull();
  first.live = 0;
  expect(take(arenas, 1)).toBe(first);
  expect(first.used).toBe(1);
});

test('begins at the start again as soon as nothing of the arena is needed', () => {
  const arenas = new EventArenas(ARENA_BYTES);
  for (let i = 0; i < 10; i += 1) take(arenas, ARENA_BYTES).live = 0;
});

test('leaves to the caller what is larger than an arena', () => {
  expect(new EventArenas(8 * ARENA_BYTES).withRoom(ARENA_BYTES + 1)).toBeNull();
});
