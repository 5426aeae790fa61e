import { randomUUID } from 'node:crypto';
import type { Query } from '@fluxrouter/generated/query';
// Tests only: the tables are metering's, and so is the way into them.
import { migrate } from '../../../metering/src/clickhouse/migrate.ts';
import { usageTable } from '../../../metering/src/clickhouse/tables.ts';
import { meteringSteps } from '../../../metering/src/consume-usage.ts';
import { countingMetrics } from '../../../metering/src/stats.ts';
import { MemoryPartition } from '../../../metering/src/testing/memory-partition.ts';
import {
  openTemporaryEngine,
  type TemporaryEngine,
} from '../../../metering/src/testing/temporary-engine.ts';
import { makeQuery } from '../make-query.ts';

export {
  attemptRecord,
  endRecord,
  requestRecords,
  TEST_TIME_MS,
  testAttempt,
  testEnd,
  testFacts,
} from '../../../metering/src/testing/usage-events.ts';

type Records = Parameters<MemoryPartition['append']>[0];

export interface QueryBench {
  readonly engine: TemporaryEngine;
  readonly query: Query;
  /** Appends to one log and inserts at once, each call a batch of its own. */
  store(records: Records): Promise<void>;
  close(): Promise<void>;
}

/** Query on the real engine, filled by metering's own steps. */
export async function openQueryBench(nowMs: () => number): Promise<QueryBench> {
  const engine = await openTemporaryEngine();
  const { client } = engine.clickhouse;
  await migrate(client);
  const steps = meteringSteps(usageTable(client), countingMetrics().metrics);
  const partition = new MemoryPartition();
  return {
    engine,
    query: makeQuery({ clickhouse: client, completeUntil: () => 42, now: nowMs }),
    async store(records) {
      const from = partition.log.length;
      partition.append(records);
      const batch = partition.log.slice(from).map((record) => ({ record, epoch: 'epoch' }));
      await steps.table.insert(steps.run(batch).rows, randomUUID());
    },
    close: () => engine.close(),
  };
}
