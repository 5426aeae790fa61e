import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import type { Claim, GroupLedger, GroupMembership } from '../log-bus/storage.ts';
import type { CommittedOffset, TopicSpec } from '../port.ts';
import { type FileLock, takeFileLock, whenNotBusy } from '../sqlite/index.ts';
import { GroupFile } from './group-file.ts';

const PROBE_EVERY_MS = 1_000;

/**
 * Membership on one machine: a member is alive as long as its lock file is locked, which the kernel
 * sees to. So a killed member's partitions go to whoever looks next (at the latest a second later;
 * at once where its successor joins), and a paused one keeps its own.
 */
export class EmbeddedGroup implements GroupLedger {
  readonly #file: GroupFile;
  readonly #mine = new Map<string, () => void>();
  #seenVersion = -1;
  #lastProbeMs = 0;

  constructor(path: string) {
    this.#file = new GroupFile(path);
  }

  async join(specs: readonly TopicSpec[], onChange: () => void): Promise<GroupMembership> {
    const id = randomUUID();
    const lock = takeFileLock(this.#lockPath(id));
    if (lock === null) throw new Error(`lock of the new member ${id} is held`);
    const member = { id, topics: specs.map((spec) => spec.name) };
    await whenNotBusy(() => this.#changeMembers(member, specs, this.#deadMembers()));
    this.#mine.set(id, onChange);
    this.#tellOthers(id);
    return {
      claims: () => this.#file.claimsOf(id),
      commit: (claim: Claim, offset: bigint, metadata: string) =>
        whenNotBusy(() => this.#file.commit(claim, offset, metadata)),
      leave: () => this.#leave(id, lock),
    };
  }

  committed(topic: string): ReadonlyMap<number, CommittedOffset> {
    return this.#file.committed(topic);
  }

  check(): void {
    if (this.#mine.size === 0) return;
    const version = this.#file.version();
    if (version !== this.#seenVersion) {
      this.#seenVersion = version;
      this.#tellOthers(null);
    }
    if (performance.now() - this.#lastProbeMs < PROBE_EVERY_MS) return;
    this.#lastProbeMs = performance.now();
    const dead = this.#deadMembers();
    if (dead.length === 0) return;
    this.#changeMembers(null, [], dead);
    this.#tellOthers(null);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #leave(id: string, lock: FileLock): Promise<void> {
    this.#mine.delete(id);
    await whenNotBusy(() => this.#file.changeMembers(null, [], [id]));
    lock.release();
    rmSync(lock.path, { force: true });
    this.#tellOthers(null);
  }

  #changeMembers(
    joining: { id: string; topics: string[] } | null,
    specs: readonly TopicSpec[],
    dead: readonly string[],
  ): void {
    this.#file.changeMembers(joining, specs, dead);
    for (const id of dead) rmSync(this.#lockPath(id), { force: true });
  }

  #deadMembers(): string[] {
    const others = this.#file.members().filter(({ id }) => !this.#mine.has(id));
    return others.map(({ id }) => id).filter((id) => !this.#isAlive(id));
  }

  #isAlive(id: string): boolean {
    const path = this.#lockPath(id);
    if (!existsSync(path)) return false;
    const lock = takeFileLock(path);
    lock?.release();
    return lock === null;
  }

  #tellOthers(except: string | null): void {
    for (const [id, onChange] of this.#mine) if (id !== except) onChange();
  }

  #lockPath(id: string): string {
    return `${this.#file.path}.${id}.lock`;
  }
}
