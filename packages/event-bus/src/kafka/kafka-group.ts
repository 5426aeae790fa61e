import type { GroupLedger, GroupMembership } from '../log-bus/storage.ts';
import type { CommittedOffset, TopicSpec } from '../port.ts';
import { metadataOf } from './commit-epoch.ts';
import type { Assignment } from './group-assignment.ts';
import { GroupMember, type GroupTimes, type Stand } from './group-member.ts';
import type { KafkaLink } from './kafka-link.ts';
import type { KafkaTopic } from './kafka-topic.ts';

export interface KafkaGroupParts {
  group: string;
  times: GroupTimes;
  openLink(): KafkaLink;
  topic(name: string): KafkaTopic | undefined;
  onError(error: unknown): void;
}

/** A consumer group of Kafka: who owns which partition, and how far they are. */
export class KafkaGroup implements GroupLedger {
  readonly #parts: KafkaGroupParts;
  readonly #link: KafkaLink;

  constructor(parts: KafkaGroupParts) {
    this.#parts = parts;
    this.#link = parts.openLink();
  }

  async join(specs: readonly TopicSpec[], onChange: () => void): Promise<GroupMembership> {
    const { group, times, openLink, onError } = this.#parts;
    const member = new GroupMember({
      ...{ group, specs, times, link: openLink(), onChange, onError },
      readStand: (assignment) => this.#readStand(assignment),
    });
    const forget = specs.map(({ name }) =>
      this.#parts.topic(name)?.onRemade(() => member.startOver()),
    );
    return {
      claims: () => member.claims(),
      commit: (claim, offset, metadata) => member.commit(claim, offset, metadata),
      async leave() {
        for (const each of forget) each?.();
        await member.leave();
      },
    };
  }

  async committed(topic: string): Promise<ReadonlyMap<number, CommittedOffset>> {
    const partitions = this.#parts.topic(topic)?.ends.map((_end, partition) => partition) ?? [];
    const commits = new Map<number, CommittedOffset>();
    for (const [partition, committed] of await this.#fetch(topic, partitions))
      commits.set(partition, committed);
    return commits;
  }

  check(): void {}

  close(): Promise<void> {
    return this.#link.close();
  }

  /** Asked for once the generation is agreed on: from then on Kafka takes no commit of an earlier one. */
  async #readStand(assignment: Assignment): Promise<ReadonlyMap<string, Stand>> {
    const stands = new Map<string, Stand>();
    for (const [name, partitions] of Object.entries(assignment)) {
      const topic = this.#parts.topic(name);
      await topic?.check();
      const epoch = topic?.epoch ?? '';
      const committed = new Map(await this.#fetch(name, partitions));
      for (const partition of partitions)
        stands.set(`${name}/${partition}`, { epoch, committed: committed.get(partition) ?? null });
    }
    return stands;
  }

  async #fetch(topic: string, partitions: readonly number[]) {
    const asked = partitions.map((partition) => ({ partition }));
    const { responses } = await this.#link.run(async (cluster) => {
      const groupId = this.#parts.group;
      const coordinator = await cluster.findGroupCoordinator({ groupId });
      return coordinator.offsetFetch({ groupId, topics: [{ topic, partitions: asked }] });
    });
    const epoch = this.#parts.topic(topic)?.epoch ?? '';
    return (responses[0]?.partitions ?? []).flatMap((commit): [number, CommittedOffset][] => {
      const metadata = metadataOf(epoch, commit.metadata);
      if (commit.offset.startsWith('-') || metadata === undefined) return [];
      return [[commit.partition, { offset: BigInt(commit.offset), metadata }]];
    });
  }
}
