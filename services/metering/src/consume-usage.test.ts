import { StaleOwnerError } from '@fluxrouter/event-bus';
import { describe, expect, test } from 'vitest';
import { consumeUsage, meteringSteps } from './consume-usage.ts';
import { countingMetrics } from './stats.ts';
import { MemoryPartition } from './testing/memory-partition.ts';
import { memoryTables } from './testing/memory-tables.ts';
import { recordOf, requestRecords } from './testing/usage-events.ts';
import { untilTaken } from './until-taken.ts';

const silent = { info() {}, warn() {}, error() {} };

function setUp(tokensMax?: number) {
  const partition = new MemoryPartition();
  const usage = memoryTables(tokensMax);
  /** A process: what it holds in memory dies with it. */
  const startProcess = () => {
    const stopping = new AbortController();
    const { counts, metrics } = countingMetrics();
    const policy = { insertsMax: 2, retryMsMax: 1 };
    const handle = consumeUsage({
      steps: meteringSteps(usage, metrics),
      untilTaken: untilTaken(policy, silent, metrics, stopping.signal),
      metrics,
    });
    return { handle, stopping, counts };
  };
  return { partition, usage, startProcess };
}

const upTo = (n: number) => [...Array(n).keys()];

describe('consumeUsage', () => {
  test('plans, inserts under the token of the plan, then commits', async () => {
    const { partition, usage, startProcess } = setUp();
    partition.append([...requestRecords(), ...requestRecords()]);
    await startProcess().handle(partition.batch(0));
    expect(usage.inserts).toEqual([
      { token: 'flux.usage.v1/epoch-a/3/0-4/v1', offsets: [0, 1, 2, 3] },
    ]);
    expect(partition.commits.map(({ offset }) => offset)).toEqual([0n, 4n]);
    expect(JSON.parse(partition.commits[0]?.metadata ?? '')).toMatchObject({ plannedEnd: '4' });
    expect(JSON.parse(partition.commits[1]?.metadata ?? '')).toEqual({ appliedUntilMs: 1_000_003 });
  });

  test('repeats the very same insert until it is taken, also where only the reply was lost', async () => {
    const { partition, usage, startProcess } = setUp();
    partition.append(requestRecords());
    usage.failures = ['away', 'away', 'reply lost'];
    const { handle, counts } = startProcess();
    await handle(partition.batch(0));
    expect(usage.inserts).toHaveLength(3);
    expect(new Set(usage.inserts.map(({ token }) => token)).size).toBe(1);
    expect(usage.offsets).toEqual([0, 1]);
    expect(counts).toMatchObject({ rowsInserted: 2, batchesInserted: 1, insertFailures: 3 });
  });

  test('an insert that ClickHouse took and has forgotten is not done again', async () => {
    const { partition, usage, startProcess } = setUp(1);
    partition.append(requestRecords());
    usage.failures = ['reply lost'];
    const first = startProcess();
    usage.onInsert = () => first.stopping.abort();
    await expect(first.handle(partition.batch(0))).rejects.toThrow('given up');
    usage.onInsert = () => {};
    // Of another partition, meanwhile.
    await usage.usage.insert([], 'another token');
    await startProcess().handle(partition.batchFromCommit());
    expect(usage.offsets).toEqual([0, 1]);
  });

  test('brings back rows that ClickHouse lost though it has their token', async () => {
    const { partition, usage, startProcess } = setUp();
    partition.append(requestRecords());
    // Twice in a row, then by a successor who meets the same tokens.
    usage.failures = ['part lost', 'none', 'part lost'];
    const first = startProcess();
    let inserts = 0;
    usage.onInsert = () => {
      inserts += 1;
      if (inserts === 3) first.stopping.abort();
    };
    await expect(first.handle(partition.batch(0))).rejects.toThrow('given up');
    await startProcess().handle(partition.batchFromCommit());
    expect(usage.offsets).toEqual([0, 1]);
    expect(usage.inserts.map(({ token }) => token.split('/v1')[1])).toEqual([
      '',
      '',
      '/again-1',
      '',
      '/again-1',
      '/again-2',
    ]);
  });

  test('a successor collects exactly the planned cut, however the records come', async () => {
    const { partition, usage, startProcess } = setUp();
    partition.append(requestRecords());
    usage.failures = ['away'];
    const first = startProcess();
    usage.onInsert = () => first.stopping.abort();
    await expect(first.handle(partition.batch(0, 2))).rejects.toThrow('given up');

    usage.onInsert = () => {};
    partition.append([...requestRecords(), ...requestRecords()]);
    const second = startProcess();
    await second.handle(partition.batch(0, 1));
    await second.handle(partition.batch(1, 5));
    await second.handle(partition.batch(5));
    expect(usage.inserts.map(({ token, offsets }) => [token.split('/')[3], offsets])).toEqual([
      ['0-2', [0, 1]],
      ['0-2', [0, 1]],
      ['2-5', [2, 3, 4]],
      ['5-6', [5]],
    ]);
    expect(usage.offsets).toEqual(upTo(6));
  });

  test('a delivery that comes again after half of it was committed does not repeat that half', async () => {
    const { partition, usage, startProcess } = setUp();
    partition.append(requestRecords());
    const first = startProcess();
    usage.failures = ['away'];
    usage.onInsert = () => first.stopping.abort();
    await expect(first.handle(partition.batch(0, 2))).rejects.toThrow();
    partition.append(requestRecords());
    const second = startProcess();
    // The planned cut goes in and is committed; the fresh one fails as we stop.
    let inserts = 0;
    usage.onInsert = () => {
      inserts += 1;
      if (inserts === 2) second.stopping.abort();
    };
    usage.failures = ['none', 'away'];
    await expect(second.handle(partition.batch(0))).rejects.toThrow();
    expect(partition.committed?.offset).toBe(2n);
    usage.onInsert = () => {};
    await startProcess().handle(partition.batch(0));
    expect(usage.offsets).toEqual(upTo(4));
    expect(partition.committed?.offset).toBe(4n);
  });

  test('held records are forgotten where the partition went and came back', async () => {
    const { partition, usage, startProcess } = setUp();
    partition.append([...requestRecords(), ...requestRecords()]);
    const first = startProcess();
    usage.failures = ['away'];
    usage.onInsert = () => first.stopping.abort();
    await expect(first.handle(partition.batch(0))).rejects.toThrow();
    usage.onInsert = () => {};
    const second = startProcess();
    await second.handle(partition.batch(0, 2));
    await second.handle(partition.batch(0, 3));
    await second.handle(partition.batch(3));
    expect(usage.inserts.at(-1)?.offsets).toEqual(upTo(4));
    expect(usage.offsets).toEqual(upTo(4));
  });

  test('who lost the partition stops trying, and cannot commit', async () => {
    const { partition, usage, startProcess } = setUp();
    partition.append(requestRecords());
    const zombie = startProcess();
    const batch = partition.batch(0);
    usage.onInsert = () => partition.changeOwner();
    await expect(zombie.handle(batch)).rejects.toThrow(StaleOwnerError);
    usage.onInsert = () => {};
    await startProcess().handle(partition.batchFromCommit());
    expect(usage.offsets).toEqual([0, 1]);
    expect(partition.committed?.offset).toBe(2n);
  });

  test('a plan for a topic that was made anew since does not count', async () => {
    const { partition, usage, startProcess } = setUp();
    partition.append(requestRecords());
    partition.committed = {
      offset: 0n,
      metadata: JSON.stringify({ plannedEnd: '7', epoch: 'epoch-before' }),
    };
    await startProcess().handle(partition.batch(0));
    expect(usage.offsets).toEqual([0, 1]);
    expect(partition.committed?.offset).toBe(2n);
  });

  test('a record that cannot be a row is put aside, counted, and holds up nothing', async () => {
    const { partition, usage, startProcess } = setUp();
    const poison = recordOf('AttemptFinished', 'acc_1', Buffer.from('ff00ff', 'hex'));
    partition.append([recordOf('TopicBorn', '', new Uint8Array()), poison, ...requestRecords()]);
    const { handle, counts } = startProcess();
    await handle(partition.batch(0));
    expect(usage.offsets).toEqual([2, 3]);
    expect(usage.deadRows).toMatchObject([{ offset: 1n, reason: 'unreadable', value_bytes: 3 }]);
    expect(counts).toMatchObject({ rowsInserted: 2, deadLetters: 1 });
    expect(partition.committed?.offset).toBe(4n);
  });

  test('inserts nothing where there is no event', async () => {
    const { partition, usage, startProcess } = setUp();
    partition.append([recordOf('TopicBorn', '', new Uint8Array())]);
    const { handle, counts } = startProcess();
    await handle(partition.batch(0));
    expect(usage.inserts).toEqual([]);
    expect(counts).toMatchObject({ rowsInserted: 0, batchesInserted: 0 });
    expect(partition.committed?.offset).toBe(1n);
  });
});
