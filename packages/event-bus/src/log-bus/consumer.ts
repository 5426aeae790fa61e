import type { ConsumeOptions, Consumer } from '../port.ts';
import { isBusy } from '../sqlite/index.ts';
import { BUSY_RETRY_MS } from './backoff.ts';
import { PartitionRunner } from './partition-runner.ts';
import type { Claim, GroupLedger, GroupMembership, TopicLog } from './storage.ts';

/** One member of a group: a runner for each partition that it owns at the moment. */
export class GroupConsumer implements Consumer {
  readonly #options: ConsumeOptions;
  readonly #logs: ReadonlyMap<string, TopicLog>;
  readonly #onStopped: () => void;
  readonly #runners = new Map<string, PartitionRunner>();
  readonly #unsubscribe: (() => void)[] = [];
  #membership: GroupMembership | null = null;
  #stopping: Promise<void> | null = null;

  constructor(options: ConsumeOptions, logs: ReadonlyMap<string, TopicLog>, onStopped: () => void) {
    this.#options = options;
    this.#logs = logs;
    this.#onStopped = onStopped;
  }

  async start(ledger: GroupLedger): Promise<void> {
    for (const [topic, log] of this.#logs) {
      const wake = (partition: number) => this.#runners.get(`${topic}/${partition}`)?.wake();
      this.#unsubscribe.push(log.subscribe(wake));
    }
    const specs = [...this.#logs.values()].map((log) => log.spec);
    try {
      this.#membership = await ledger.join(specs, () => this.#refresh());
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#refresh();
  }

  assigned(): ReadonlyMap<string, readonly number[]> {
    const byTopic = new Map<string, number[]>();
    for (const { claim } of this.#runners.values()) {
      byTopic.set(claim.topic, [...(byTopic.get(claim.topic) ?? []), claim.partition]);
    }
    return byTopic;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    const runners = [...this.#runners.values()];
    for (const runner of runners) runner.stop();
    await Promise.all(runners.map((runner) => runner.done));
    this.#runners.clear();
    await this.#membership?.leave();
    this.#onStopped();
  }

  #refresh(): void {
    if (this.#membership === null || this.#stopping !== null) return;
    let claims: readonly Claim[];
    try {
      claims = this.#membership.claims();
    } catch (error) {
      if (!isBusy(error)) this.#options.onError?.(error);
      setTimeout(() => this.#refresh(), BUSY_RETRY_MS).unref();
      return;
    }
    const current = new Map(claims.map((claim) => [claim.claim, claim]));
    for (const [name, runner] of this.#runners) {
      if (current.delete(runner.claim.claim)) continue;
      runner.markStale();
      this.#runners.delete(name);
    }
    for (const claim of current.values()) this.#run(this.#membership, claim);
  }

  #run(membership: GroupMembership, claim: Claim): void {
    const log = this.#logs.get(claim.topic);
    if (log === undefined) return;
    const onStale = () => setImmediate(() => this.#refresh());
    const runner = new PartitionRunner(log, membership, claim, this.#options, onStale);
    this.#runners.set(`${claim.topic}/${claim.partition}`, runner);
  }
}
