import type { BusRecord } from '@fluxrouter/event-bus';
import { attemptEventId, decodeEvent, endEventId } from '@fluxrouter/events';
import { addTo, type HourlySums, hourOf, type Sums } from './sums.ts';

/** What the log itself says of an event: read from its bytes, by none of metering's steps. */
export interface LoggedSum {
  /** Null where the record cannot be read: then it has to be in quarantine. */
  readonly eventId: string | null;
  readonly account: string;
  readonly offset: bigint;
  readonly receivedAtMs: number;
  readonly sums: Sums;
}

/** Each event once: the first copy of the records counts. `TopicBorn` is no event. */
export function readLog(records: readonly BusRecord[]): LoggedSum[] {
  const seen = new Set<string>();
  const read: LoggedSum[] = [];
  for (const record of records) {
    if (record.headers['type'] === 'TopicBorn') continue;
    const logged = readRecord(record);
    if (logged.eventId !== null && seen.has(logged.eventId)) continue;
    if (logged.eventId !== null) seen.add(logged.eventId);
    read.push(logged);
  }
  return read;
}

export function sumLog(logged: readonly LoggedSum[]): HourlySums {
  const sums: HourlySums = new Map();
  for (const { eventId, receivedAtMs, sums: one } of logged)
    if (eventId !== null) addTo(sums, hourOf(receivedAtMs), one);
  return sums;
}

function readRecord({ headers, value, offset }: BusRecord): LoggedSum {
  const nothing = { account: '', offset, receivedAtMs: 0, sums: none(0n) };
  let decoded: ReturnType<typeof decodeEvent>;
  try {
    decoded = decodeEvent(headers['type'] ?? '', value);
  } catch {
    return { ...nothing, eventId: null };
  }
  const request = decoded?.event.request;
  if (decoded === null || request === undefined) return { ...nothing, eventId: null };
  const { account, receivedAtMs, requestId } = request;
  if (decoded.type === 'RequestFinished')
    return { eventId: endEventId(requestId), account, offset, receivedAtMs, sums: none(1n) };
  const { attempt, costPicoUsd, chargedPicoUsd, housePicoUsd } = decoded.event;
  return {
    ...{ account, offset, receivedAtMs, eventId: attemptEventId(requestId, attempt) },
    sums: { events: 1n, cost: costPicoUsd, charged: chargedPicoUsd, house: housePicoUsd },
  };
}

const none = (events: bigint): Sums => ({ events, cost: 0n, charged: 0n, house: 0n });
