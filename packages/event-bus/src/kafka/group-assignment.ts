import kafkajs from 'kafkajs';
import { assignPartitions } from '../log-bus/assign-partitions.ts';
import type { TopicSpec } from '../port.ts';

/** Partitions by topic. */
export type Assignment = Readonly<Record<string, readonly number[]>>;

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

/** The name under which members agree that they share partitions in this way. */
export const assignerName = 'flux-sticky';

export interface Owned {
  /** Of the group, when this was owned; -1: nothing is. */
  generation: number;
  assignment: Assignment;
}

export function encodeMember(topics: readonly string[], owned: Owned): Buffer {
  const userData = Buffer.from(JSON.stringify(owned));
  return MemberMetadata.encode({ version: 1, topics: [...topics], userData });
}

export function decodeAssignment(buffer: Buffer): Assignment {
  return MemberAssignment.decode(buffer)?.assignment ?? {};
}

/**
 * By the leader, for all members: sizes differ by one at most, and a partition moves only where it must.
 * Where two say that they own one, the one of the later generation does.
 */
export function assignGroup(
  members: readonly { memberId: string; memberMetadata: Buffer }[],
  specs: readonly TopicSpec[],
): { memberId: string; memberAssignment: Buffer }[] {
  const ids = members.map(({ memberId }) => memberId).sort();
  const owned = members.map(({ memberId, memberMetadata }) => ({
    memberId,
    ...readOwned(memberMetadata),
  }));
  owned.sort((one, other) => one.generation - other.generation);
  const assigned = new Map<string, Record<string, number[]>>(ids.map((id) => [id, {}]));
  for (const { name, partitions } of specs) {
    const owners: (string | null)[] = Array.from({ length: partitions }, () => null);
    for (const { memberId, assignment } of owned)
      for (const partition of assignment[name] ?? []) owners[partition] = memberId;
    assignPartitions(owners, ids).forEach((id, partition) => {
      const mine = assigned.get(id ?? '');
      if (mine !== undefined) mine[name] = [...(mine[name] ?? []), partition];
    });
  }
  return [...assigned].map(([memberId, assignment]) => ({
    memberId,
    memberAssignment: MemberAssignment.encode({ version: 1, assignment, userData: Buffer.of() }),
  }));
}

/** Written by another process of ours, maybe of another version: nothing owned where it cannot be read. */
function readOwned(memberMetadata: Buffer): Owned {
  try {
    const text = MemberMetadata.decode(memberMetadata)?.userData.toString() ?? '';
    const { generation, assignment } = JSON.parse(text) as Owned;
    return { generation, assignment };
  } catch {
    return { generation: -1, assignment: {} };
  }
}
