import { AttemptFinished, RequestFinished } from '@fluxrouter/generated/events';

/** A row of `flux.usage` as this service selects it: the event, and where it belongs. */
export interface EventRow {
  request_id: string;
  /** 0: the request's end. */
  attempt: number;
  version: string;
  event_base64: string;
}

export const eventRowColumns = 'request_id, attempt, version, base64Encode(event) AS event_base64';

/** The events of one request. */
export interface StoredRequest {
  readonly requestId: string;
  readonly end: RequestFinished | null;
  /** Tells which copy of the end this is. */
  readonly endVersion: string | null;
  /** In order. */
  readonly attempts: readonly AttemptFinished[];
}

/** From one row for each event, in any order; requests come in the order of their first row. */
export function storedRequests(rows: readonly EventRow[]): StoredRequest[] {
  const byRequest = Map.groupBy(rows, (row) => row.request_id);
  return [...byRequest].map(([requestId, of]) => {
    const end = of.find((row) => row.attempt === 0);
    const attempts = of.filter((row) => row.attempt > 0);
    attempts.sort((left, right) => left.attempt - right.attempt);
    return {
      requestId,
      end: end === undefined ? null : RequestFinished.decode(bytesOf(end)),
      endVersion: end?.version ?? null,
      attempts: attempts.map((row) => AttemptFinished.decode(bytesOf(row))),
    };
  });
}

function bytesOf(row: EventRow): Uint8Array {
  return Buffer.from(row.event_base64, 'base64');
}
