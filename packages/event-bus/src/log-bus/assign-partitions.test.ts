import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assignPartitions } from './assign-partitions.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const members = fc.subarray(NAMES, { minLength: 1 });
const owners = fc.array(fc.option(fc.constantFrom(...NAMES)), { minLength: 1, maxLength: 40 });

const countOf = (assigned: readonly (string | null)[], member: string) =>
  assigned.filter((owner) => owner === member).length;

it('gives every partition to a member, evenly', () => {
  fc.assert(
    fc.property(owners, members, (before, live) => {
      const after = assignPartitions(before, live);
      expect(after.every((owner) => owner !== null && live.includes(owner))).toBe(true);
      const counts = live.map((member) => countOf(after, member));
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

it('moves nothing where the shares are even already', () => {
  fc.assert(
    fc.property(owners, members, (before, live) => {
      const even = assignPartitions(before, live);
      expect(assignPartitions(even, live)).toEqual(even);
    }),
  );
});

it('moves only what a leaving member had', () => {
  const before = ['a', 'b', 'c', 'a', 'b', 'c'];
  expect(assignPartitions(before, ['a', 'c'])).toEqual(['a', 'a', 'c', 'a', 'c', 'c']);
});

it('takes from the others what a joining member is due, and no more', () => {
  const before = ['a', 'a', 'a', 'b', 'b', 'b'];
  const after = assignPartitions(before, ['a', 'b', 'c']);
  expect(after.filter((owner, i) => owner !== before[i])).toEqual(['c', 'c']);
});

it('leaves partitions alone where nobody is', () => {
  expect(assignPartitions(['a', null], [])).toEqual([null, null]);
});
