import { EVENT_VERSION, TOPICS } from '@fluxrouter/events';
import { RecordQuarantined } from '@fluxrouter/generated/events';
import type { DeadRow, ForgivingTable } from './clickhouse/forgiving-tables.ts';
import type { MeteringBus } from './ports.ts';

/** The quarantine table, and for each of its rows an event: who repeats an insert publishes again. */
export function publishQuarantined(
  table: ForgivingTable<DeadRow>,
  bus: MeteringBus,
): ForgivingTable<DeadRow> {
  return {
    async insert(rows) {
      await table.insert(rows);
      await bus.append(TOPICS.usageDead.name, rows.map(toRecord));
    },
  };
}

function toRecord(row: DeadRow) {
  const event = RecordQuarantined.fromPartial({
    topic: row.topic,
    topicEpoch: row.topic_epoch,
    partition: row.partition,
    offset: row.offset,
    type: row.type,
    reason: row.reason,
    valueBytes: row.value_bytes,
    valueSha256: row.value_sha256,
  });
  return {
    key: `${row.topic}/${row.partition}`,
    value: RecordQuarantined.encode(event).finish(),
    headers: { type: 'RecordQuarantined', version: EVENT_VERSION },
  };
}
