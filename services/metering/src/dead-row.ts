import { createHash } from 'node:crypto';
import { operationalText } from '@fluxrouter/events';
import type { DeadRow } from './clickhouse/forgiving-tables.ts';
import { instant } from './clickhouse/usage-row.ts';
import type { LogRecord } from './steps/decode-event.ts';

/** Where a record is and why it is no row. Its hash tells two copies apart; its content stays out. */
export function toDeadRow({ record, epoch }: LogRecord, reason: string): DeadRow {
  return {
    topic: record.topic,
    topic_epoch: epoch,
    partition: record.partition,
    offset: record.offset,
    type: operationalText(record.headers['type']) ?? '',
    reason,
    value_bytes: record.value.byteLength,
    value_sha256: createHash('sha256').update(record.value).digest('hex'),
    appended_at: instant(record.appendedAtMs),
  };
}
