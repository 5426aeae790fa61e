import { expect, it } from 'vitest';
import type { TopicSpec } from '../port.ts';
import type { Claim, GroupLedger } from './storage.ts';

const topic: TopicSpec = { name: 'topic', partitions: 4, cleanup: 'keep' };

const partitionsOf = (claims: readonly Claim[]) => claims.map(({ partition }) => partition);

/** What the group of an adapter has to do about commits of those who own a partition no more. */
export function describeGroupLedger(open: () => GroupLedger): void {
  const join = (ledger: GroupLedger) => ledger.join([topic], () => {});

  it('refuses the commit of a former owner, and writes nothing', async () => {
    const ledger = open();
    const first = await join(ledger);
    const claims = first.claims();
    expect(partitionsOf(claims)).toEqual([0, 1, 2, 3]);
    const second = await join(ledger);
    const taken = second.claims();
    expect(taken).toHaveLength(2);
    for (const claim of claims) {
      const isTaken = partitionsOf(taken).includes(claim.partition);
      expect(await first.commit(claim, 7n, 'first')).toBe(!isTaken);
    }
    for (const claim of taken) expect(await second.commit(claim, 5n, 'second')).toBe(true);
    const commits = await ledger.committed('topic');
    for (const partition of partitionsOf(taken)) {
      expect(commits.get(partition)).toEqual({ offset: 5n, metadata: 'second' });
    }
    await first.leave();
    await second.leave();
  });

  it('refuses an old claim also of a member that owns the partition again', async () => {
    const ledger = open();
    const first = await join(ledger);
    const before = first.claims();
    const second = await join(ledger);
    const taken = second.claims()[0] as Claim;
    await second.commit(taken, 9n, 'second');
    await second.leave();
    const old = before.find(({ partition }) => partition === taken.partition) as Claim;
    expect(await first.commit(old, 3n, 'old')).toBe(false);
    const again = first.claims().find(({ partition }) => partition === taken.partition) as Claim;
    expect(again.committed).toEqual({ offset: 9n, metadata: 'second' });
    expect(await first.commit(again, 11n, 'again')).toBe(true);
    await first.leave();
  });

  it('tells members when others come and go', async () => {
    const ledger = open();
    let changes = 0;
    const first = await ledger.join([topic], () => {
      changes += 1;
    });
    const second = await join(ledger);
    await new Promise((resolve) => setImmediate(resolve));
    expect(changes).toBeGreaterThan(0);
    changes = 0;
    await second.leave();
    await new Promise((resolve) => setImmediate(resolve));
    expect(changes).toBeGreaterThan(0);
    expect(partitionsOf(first.claims())).toEqual([0, 1, 2, 3]);
    await first.leave();
  });
}
