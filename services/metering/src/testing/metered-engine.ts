import { randomUUID } from 'node:crypto';
import { meteringTables } from '../clickhouse/metering-tables.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { meteringSteps } from '../consume-usage.ts';
import { countingMetrics } from '../stats.ts';
import { writeCut } from '../write-cut.ts';
import { MemoryPartition } from './memory-partition.ts';
import { openTemporaryEngine, type TemporaryEngine } from './temporary-engine.ts';

export type TestRecords = Parameters<MemoryPartition['append']>[0];

export interface MeteredEngine {
  readonly engine: TemporaryEngine;
  /** Appends to one log and inserts at once, each call a batch of its own. */
  store(records: TestRecords): Promise<void>;
}

export async function openMeteredEngine(): Promise<MeteredEngine> {
  const engine = await openTemporaryEngine();
  const { client } = engine.clickhouse;
  await migrate(client);
  const steps = meteringSteps(meteringTables(client), countingMetrics().metrics);
  const partition = new MemoryPartition();
  return {
    engine,
    async store(records) {
      const from = partition.log.length;
      partition.append(records);
      const batch = partition.log.slice(from).map((record) => ({ record, epoch: 'epoch' }));
      const { rows } = steps.run(batch);
      await writeCut(steps.table, { rows, dead: [] }, randomUUID(), false);
    },
  };
}
