import { setTimeout as sleep } from 'node:timers/promises';
import { reconnectDelayMs } from '../log-bus/backoff.ts';
import type { Claim, GroupMembership } from '../log-bus/storage.ts';
import { WakeSignal } from '../log-bus/wake-signal.ts';
import type { CommittedOffset, TopicSpec } from '../port.ts';
import { withEpoch } from './commit-epoch.ts';
import {
  type Assignment,
  assignerName,
  assignGroup,
  decodeAssignment,
  encodeMember,
} from './group-assignment.ts';
import type { KafkaLink } from './kafka-link.ts';
import { protocolErrorOf, type WireBroker, type WireCluster } from './kafkajs-wire.ts';

export interface GroupTimes {
  /** A member that says nothing for so long is taken for dead. */
  sessionTimeoutMs: number;
  heartbeatEveryMs: number;
}

export interface GroupMemberParts {
  group: string;
  specs: readonly TopicSpec[];
  times: GroupTimes;
  /** Of its own: joining waits at Kafka for the other members. */
  link: KafkaLink;
  /** Where the group stands in these partitions, by `topic/partition`. */
  readStand(assignment: Assignment): Promise<ReadonlyMap<string, Stand>>;
  onChange(): void;
  onError(error: unknown): void;
}

export interface Stand {
  /** Of the topic, now. */
  readonly epoch: string;
  readonly committed: CommittedOffset | null;
}

interface OwnClaim extends Claim {
  readonly epoch: string;
}

interface Generation {
  readonly id: number;
  readonly memberId: string;
  readonly assignment: Assignment;
}

interface WaitingCommit {
  readonly claim: Claim;
  readonly offset: bigint;
  readonly metadata: string;
  resolve(written: boolean): void;
}

const LEAVE_MS = 2_000;

let lastClaim = 0;

const SETTLING = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
]);
const SETTLING_TRIES = 5;

/**
 * One member of a group by Kafka's protocol (join, sync, heartbeat, commit). It joins again by itself
 * after any error and any rebalance, as long as it is not told to leave.
 *
 * A claim lasts while its member owns the partition in one generation after the other. Whoever missed
 * one, or was taken for dead, gets new claims, and what it does under the old ones is refused: by us
 * where we know, by Kafka, which knows the generation, where we do not.
 */
export class GroupMember implements GroupMembership {
  readonly #parts: GroupMemberParts;
  readonly #stop = new AbortController();
  readonly #joined = new WakeSignal();
  readonly #beatNow = new WakeSignal();
  readonly #done: Promise<void>;
  #claims = new Map<string, OwnClaim>();
  #generation: Generation | null = null;
  /** While null, commits wait: a generation is being agreed on. */
  #current: Generation | null = null;
  #waiting: WaitingCommit[] = [];
  #committing: Promise<void> | null = null;
  #rejoin = false;
  #coordinator: { cluster: WireCluster; broker: Promise<WireBroker> } | null = null;

  constructor(parts: GroupMemberParts) {
    this.#parts = parts;
    this.#done = this.#run();
  }

  claims(): readonly Claim[] {
    return [...this.#claims.values()];
  }

  commit(claim: Claim, offset: bigint, metadata: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push({ claim, offset, metadata, resolve });
      this.#committing ??= this.#commitAll();
    });
  }

  async leave(): Promise<void> {
    await this.#committing;
    this.#stop.abort();
    this.#joined.wake();
    this.#beatNow.wake();
    // Kafka may hold a join until others have come: it is not waited for.
    const patience = new AbortController();
    const waited = sleep(LEAVE_MS, undefined, { signal: patience.signal }).catch(() => {});
    await Promise.race([this.#done, waited]);
    patience.abort();
    await this.#parts.link.close();
    await this.#done;
  }

  /** The partitions' records are others than they were: new claims, from what is committed now. */
  startOver(): void {
    this.#generation = null;
    this.#claims = new Map();
    this.#rejoin = true;
    this.#beatNow.wake();
    this.#parts.onChange();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let memberId = '';
    for (let failures = 0; !signal.aborted; ) {
      try {
        const generation = await this.#join(memberId);
        memberId = generation.memberId;
        if (!signal.aborted) await this.#begin(generation);
        failures = 0;
        await this.#beat(generation);
      } catch (error) {
        if (signal.aborted) return;
        const type = protocolErrorOf(error);
        if (type === 'UNKNOWN_MEMBER_ID' || type === 'ILLEGAL_GENERATION') memberId = '';
        if (type === 'REBALANCE_IN_PROGRESS') continue;
        failures += 1;
        // At first contact a coordinator is chosen and reads what it must know: no fault yet.
        if (failures > SETTLING_TRIES || !SETTLING.has(type ?? '')) this.#parts.onError(error);
        await sleep(reconnectDelayMs(failures), undefined, { signal, ref: false }).catch(() => {});
      } finally {
        this.#current = null;
      }
    }
  }

  async #join(memberId: string): Promise<Generation> {
    const { group, specs, times, link } = this.#parts;
    const topics = specs.map(({ name }) => name);
    const before = this.#generation;
    const owned = { generation: before?.id ?? -1, assignment: before?.assignment ?? {} };
    return link.run(async (cluster) => {
      const coordinator = await this.#coordinatorIn(cluster);
      const joined = await coordinator.joinGroup({
        groupId: group,
        memberId,
        sessionTimeout: times.sessionTimeoutMs,
        rebalanceTimeout: times.sessionTimeoutMs,
        groupProtocols: [{ name: assignerName, metadata: encodeMember(topics, owned) }],
      });
      const leads = joined.leaderId === joined.memberId;
      const { memberAssignment } = await coordinator.syncGroup({
        groupId: group,
        memberId: joined.memberId,
        generationId: joined.generationId,
        groupAssignment: leads ? assignGroup(joined.members, specs) : [],
      });
      const assignment = decodeAssignment(memberAssignment);
      return { id: joined.generationId, memberId: joined.memberId, assignment };
    });
  }

  /** Asked for once a connection: after an error there is another. */
  #coordinatorIn(cluster: WireCluster): Promise<WireBroker> {
    if (this.#coordinator?.cluster !== cluster) {
      const broker = cluster.findGroupCoordinator({ groupId: this.#parts.group });
      this.#coordinator = { cluster, broker };
    }
    return this.#coordinator.broker;
  }

  async #begin(generation: Generation): Promise<void> {
    const before = this.#generation;
    const goesOn = before?.memberId === generation.memberId && before.id + 1 === generation.id;
    const stands = await this.#parts.readStand(generation.assignment);
    const kept = goesOn ? this.#claims : new Map<string, OwnClaim>();
    const claims = new Map<string, OwnClaim>();
    for (const [topic, partitions] of Object.entries(generation.assignment)) {
      for (const partition of partitions) {
        const place = `${topic}/${partition}`;
        claims.set(place, kept.get(place) ?? newClaim(topic, partition, stands.get(place)));
      }
    }
    this.#claims = claims;
    this.#generation = generation;
    this.#current = generation;
    this.#rejoin = false;
    this.#joined.wake();
    this.#parts.onChange();
  }

  /** Ends by an error: the group wants to share anew, or does not know this member. */
  async #beat({ id, memberId }: Generation): Promise<void> {
    const { group, times, link } = this.#parts;
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted && !this.#rejoin; ) {
      try {
        await link.run(async (cluster) => {
          const coordinator = await this.#coordinatorIn(cluster);
          await coordinator.heartbeat({ groupId: group, memberId, groupGenerationId: id });
        });
        failures = 0;
      } catch (error) {
        if (isAboutGeneration(error)) throw error;
        // A broker that comes back knows its members, and the generation goes on.
        failures += 1;
        if (!signal.aborted) this.#parts.onError(error);
      }
      await this.#beatNow.wait(
        failures === 0 ? times.heartbeatEveryMs : reconnectDelayMs(failures),
      );
    }
    if (this.#rejoin) return;
    await this.#leaveGroup(memberId);
  }

  async #leaveGroup(memberId: string): Promise<void> {
    const { group } = this.#parts;
    await this.#parts.link.run(async (cluster) => {
      const coordinator = await this.#coordinatorIn(cluster);
      await coordinator.leaveGroup({ groupId: group, memberId });
    });
  }

  /** What waits while one request is under way goes with the next one. */
  async #commitAll(): Promise<void> {
    for (let failures = 0; this.#waiting.length > 0; ) {
      const generation = await this.#untilJoined();
      const some = this.#waiting.filter(({ claim }) => this.#isMine(claim));
      for (const { claim, resolve } of this.#waiting) if (!this.#isMine(claim)) resolve(false);
      this.#waiting = [];
      if (generation === null) for (const { resolve } of some) resolve(false);
      if (generation === null || some.length === 0) continue;
      try {
        await this.#commitUnder(generation, some);
        for (const { resolve } of some) resolve(true);
        failures = 0;
      } catch (error) {
        // Whether it was written is not known: it is tried again, or refused once the claim is gone.
        this.#waiting.unshift(...some);
        if (isAboutGeneration(error)) {
          if (this.#current === generation) this.#current = null;
          this.#beatNow.wake();
        }
        failures += 1;
        if (!isAboutGeneration(error)) this.#parts.onError(error);
        await sleep(reconnectDelayMs(failures), undefined, { ref: false });
      }
    }
    this.#committing = null;
  }

  #epochOf({ topic, partition }: Claim): string {
    return this.#claims.get(`${topic}/${partition}`)?.epoch ?? '';
  }

  #isMine({ topic, partition, claim }: Claim): boolean {
    return this.#claims.get(`${topic}/${partition}`)?.claim === claim;
  }

  async #untilJoined(): Promise<Generation | null> {
    while (this.#current === null && !this.#stop.signal.aborted) await this.#joined.wait(100);
    return this.#current;
  }

  async #commitUnder({ id, memberId }: Generation, some: readonly WaitingCommit[]): Promise<void> {
    const { group, link } = this.#parts;
    const byTopic = Map.groupBy(some, ({ claim }) => claim.topic);
    const topics = [...byTopic].map(([topic, commits]) => ({
      topic,
      partitions: commits.map(({ claim, offset, metadata }) => ({
        partition: claim.partition,
        offset: offset.toString(),
        metadata: withEpoch(this.#epochOf(claim), metadata),
      })),
    }));
    await link.run(async (cluster) => {
      const coordinator = await this.#coordinatorIn(cluster);
      await coordinator.offsetCommit({ groupId: group, memberId, groupGenerationId: id, topics });
    });
  }
}

function newClaim(topic: string, partition: number, stand: Stand | undefined): OwnClaim {
  lastClaim += 1;
  const { epoch = '', committed = null } = stand ?? {};
  return { topic, partition, epoch, claim: lastClaim, committed };
}

function isAboutGeneration(error: unknown): boolean {
  const type = protocolErrorOf(error);
  return (
    type === 'REBALANCE_IN_PROGRESS' ||
    type === 'ILLEGAL_GENERATION' ||
    type === 'UNKNOWN_MEMBER_ID'
  );
}
