import { expect, it } from 'vitest';
import { MemoryPartition } from '../testing/memory-partition.ts';
import { recordOf, requestRecords } from '../testing/usage-events.ts';
import { readLog } from './read-log.ts';
import { reconcileRange } from './reconcile-range.ts';
import type { StoredSums } from './stored-sums.ts';
import { addTo, type HourlySums } from './sums.ts';

const HOUR = Math.floor(Date.UTC(2026, 4, 17, 12) / 3_600_000);
const range = { topic: 't', epoch: 'e', partition: 0, start: 0n, end: 10n };

function logOf(...records: ReturnType<typeof requestRecords>) {
  const partition = new MemoryPartition();
  partition.append(records);
  return readLog(partition.log);
}

interface Table {
  events: number;
  money: bigint;
  ofRange: readonly string[];
  elsewhere?: readonly string[];
  quarantined?: readonly bigint[];
}

function stored({ events, money, ofRange, elsewhere = [], quarantined = [] }: Table): StoredSums {
  const sums: HourlySums = new Map();
  addTo(sums, HOUR, { events: BigInt(events), cost: money, charged: money, house: 0n });
  return {
    sums: async () => sums,
    quarantined: async () => new Set(quarantined),
    present: async () => ({ ofRange: new Set(ofRange), elsewhere: new Set(elsewhere) }),
  };
}

const request = requestRecords();
const [attempt, end] = logOf(...request).map(({ eventId }) => eventId ?? '') as [string, string];
const cost = 4_400_000_000n;

it('is content where both say the same, copies in the log included', async () => {
  const table = stored({ events: 2, money: cost, ofRange: [attempt, end] });
  const result = await reconcileRange(range, logOf(...request, ...request), table);
  expect(result).toMatchObject({ differences: [], missing: 0 });
});

it('tells a record that is in no table', async () => {
  const table = stored({ events: 1, money: cost, ofRange: [attempt] });
  const result = await reconcileRange(range, logOf(...request), table);
  expect(result.missing).toBe(1);
  expect(result.differences).toEqual([{ hour: HOUR, name: 'events', log: 2n, table: 1n }]);
});

it('tells a sum that differs although all rows are there', async () => {
  const table = stored({ events: 2, money: cost - 1n, ofRange: [attempt, end] });
  const { differences, missing } = await reconcileRange(range, logOf(...request), table);
  expect(missing).toBe(0);
  expect(differences.map(({ name }) => name)).toEqual(['cost', 'charged']);
});

it('knows a copy whose first one is in an earlier range', async () => {
  const table = stored({ events: 1, money: cost, ofRange: [attempt], elsewhere: [end] });
  const result = await reconcileRange(range, logOf(...request), table);
  expect(result).toMatchObject({ differences: [], missing: 0 });
});

it('takes what cannot be read for in order only where it is in quarantine', async () => {
  const poison = recordOf('AttemptFinished', 'acc_1', Buffer.from([0xff]));
  const log = logOf(...request, poison);
  const rows = { events: 2, money: cost, ofRange: [attempt, end] };
  expect(await reconcileRange(range, log, stored(rows))).toMatchObject({ missing: 1 });
  const quarantined = stored({ ...rows, quarantined: [2n] });
  expect(await reconcileRange(range, log, quarantined)).toMatchObject({ missing: 0 });
});
