import { type LoggedSum, sumLog } from './read-log.ts';
import type { LogRange, StoredSums } from './stored-sums.ts';
import { type Difference, differences, type HourlySums } from './sums.ts';

export interface Reconciled {
  readonly log: HourlySums;
  readonly table: HourlySums;
  /** Empty: log and table say the same. */
  readonly differences: readonly Difference[];
  /** Records that are neither rows nor in quarantine. */
  readonly missing: number;
}

/**
 * Compares what the log says of a range with what ClickHouse has of it.
 *
 * The sums come first, one question. Only where they differ it is asked event by event: a copy that was
 * shipped twice has its row in an earlier range (the first copy wins), and what is in quarantine is no row.
 */
export async function reconcileRange(
  range: LogRange,
  logged: readonly LoggedSum[],
  stored: StoredSums,
): Promise<Reconciled> {
  const table = await stored.sums(range);
  const log = sumLog(logged);
  const unreadable = logged.filter(({ eventId }) => eventId === null);
  if (unreadable.length === 0 && differences(log, table).length === 0)
    return { log, table, differences: [], missing: 0 };
  const quarantined = await stored.quarantined(range);
  const events = logged.filter(({ offset }) => !quarantined.has(offset));
  const { ofRange, elsewhere } = await stored.present(range, events);
  const isCopy = ({ eventId }: LoggedSum) =>
    eventId !== null && !ofRange.has(eventId) && elsewhere.has(eventId);
  const owed = events.filter((event) => !isCopy(event));
  const owedSums = sumLog(owed);
  return {
    ...{ log: owedSums, table, differences: differences(owedSums, table) },
    missing: owed.filter(({ eventId }) => eventId === null || !ofRange.has(eventId)).length,
  };
}
