import { expect, it } from 'vitest';
import { assignGroup, decodeAssignment, encodeMember } from './group-assignment.ts';

const specs = [{ name: 't', partitions: 4, cleanup: 'keep' }] as const;

const member = (memberId: string, generation: number, ...partitions: number[]) => ({
  memberId,
  memberMetadata: encodeMember(['t'], { generation, assignment: { t: partitions } }),
});

const shares = (members: Parameters<typeof assignGroup>[0]) =>
  Object.fromEntries(
    assignGroup(members, specs).map(({ memberId, memberAssignment }) => [
      memberId,
      decodeAssignment(memberAssignment)['t'] ?? [],
    ]),
  );

it('moves a partition only where it must', () => {
  expect(shares([member('a', 1, 0, 1, 2, 3), member('b', -1)])).toEqual({ a: [0, 1], b: [2, 3] });
  expect(shares([member('a', 3, 0, 1), member('b', 3, 2, 3)])).toEqual({ a: [0, 1], b: [2, 3] });
});

it('believes the later generation where two say that they own a partition', () => {
  expect(shares([member('paused', 1, 0, 1, 2, 3), member('b', 2, 0, 1)])).toEqual({
    ...{ paused: [2, 3], b: [0, 1] },
  });
});

it('gives partitions also to a member that it cannot read', () => {
  const odd = { memberId: 'odd', memberMetadata: Buffer.from([0]) };
  expect(shares([member('a', 1, 0, 1, 2, 3), odd])).toEqual({ a: [0, 1], odd: [2, 3] });
});
