import type { Query } from '@fluxrouter/generated/query';
// Tests only: the tables are metering's, and so is the way into them.
import { openMeteredEngine, type TestRecords } from '@fluxrouter/metering/testing';
import { makeQuery } from '../make-query.ts';

export {
  attemptRecord,
  endRecord,
  requestRecords,
  TEST_TIME_MS,
  testAttempt,
  testEnd,
  testFacts,
} from '@fluxrouter/metering/testing';

export interface QueryBench {
  readonly query: Query;
  store(records: TestRecords): Promise<void>;
  close(): Promise<void>;
}

/** Query on the real engine, filled by metering's own steps. */
export async function openQueryBench(nowMs: () => number): Promise<QueryBench> {
  const { engine, store } = await openMeteredEngine();
  const { client } = engine.clickhouse;
  return {
    query: makeQuery({ clickhouse: client, completeUntil: () => 42, now: nowMs }),
    store,
    close: () => engine.close(),
  };
}
