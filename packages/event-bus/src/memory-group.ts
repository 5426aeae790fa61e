import { randomUUID } from 'node:crypto';
import { assignPartitions } from './log-bus/assign-partitions.ts';
import type { Claim, GroupLedger, GroupMembership } from './log-bus/storage.ts';
import type { CommittedOffset, TopicSpec } from './port.ts';

interface OwnedPartition {
  owner: string | null;
  claim: number;
  committed: CommittedOffset | null;
}

interface Member {
  topics: readonly string[];
  onChange(): void;
}

/** A consumer group of the memory bus. */
export class MemoryGroup implements GroupLedger {
  readonly #members = new Map<string, Member>();
  readonly #topics = new Map<string, OwnedPartition[]>();
  #lastClaim = 0;

  async join(specs: readonly TopicSpec[], onChange: () => void): Promise<GroupMembership> {
    const id = randomUUID();
    for (const { name, partitions } of specs) {
      if (this.#topics.has(name)) continue;
      const owned = () => ({ owner: null, claim: 0, committed: null });
      this.#topics.set(name, Array.from({ length: partitions }, owned));
    }
    this.#members.set(id, { topics: specs.map((spec) => spec.name), onChange });
    this.#deal();
    return {
      claims: () => this.#claimsOf(id),
      commit: async (claim, offset, metadata) => this.#commit(claim, { offset, metadata }),
      leave: async () => {
        this.#members.delete(id);
        this.#deal();
      },
    };
  }

  committed(topic: string): ReadonlyMap<number, CommittedOffset> {
    const commits = new Map<number, CommittedOffset>();
    this.#topics.get(topic)?.forEach(({ committed }, partition) => {
      if (committed !== null) commits.set(partition, committed);
    });
    return commits;
  }

  check(): void {}

  async close(): Promise<void> {}

  #claimsOf(id: string): Claim[] {
    return [...this.#topics].flatMap(([topic, partitions]) =>
      partitions.flatMap(({ owner, claim, committed }, partition) =>
        owner === id ? [{ topic, partition, claim, committed }] : [],
      ),
    );
  }

  #commit({ topic, partition, claim }: Claim, committed: CommittedOffset): boolean {
    const owned = this.#topics.get(topic)?.[partition];
    if (owned === undefined || owned.claim !== claim) return false;
    owned.committed = committed;
    return true;
  }

  #deal(): void {
    for (const [topic, partitions] of this.#topics) {
      const members = [...this.#members].filter(([, member]) => member.topics.includes(topic));
      const owners = assignPartitions(
        partitions.map(({ owner }) => owner),
        members.map(([id]) => id),
      );
      partitions.forEach((partition, i) => {
        const owner = owners[i] ?? null;
        if (owner === partition.owner) return;
        this.#lastClaim += 1;
        Object.assign(partition, { owner, claim: this.#lastClaim });
      });
    }
    for (const { onChange } of this.#members.values()) queueMicrotask(onChange);
  }
}
