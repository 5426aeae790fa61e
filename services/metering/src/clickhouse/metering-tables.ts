import type { ClickHouseClient } from '@clickhouse/client';
import type { MeteringTables } from '../write-cut.ts';
import { deadTable, pointerTable } from './forgiving-tables.ts';
import { usageTable } from './usage-table.ts';

export function meteringTables(client: ClickHouseClient): MeteringTables {
  return {
    usage: usageTable(client),
    pointers: pointerTable(client),
    dead: deadTable(client),
  };
}
