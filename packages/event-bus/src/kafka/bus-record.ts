import type { BusRecord } from '../port.ts';
import type { FetchedMessage } from './kafkajs-wire.ts';

export function toBusRecord(topic: string, partition: number, message: FetchedMessage): BusRecord {
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    key: message.key === null ? '' : message.key.toString(),
    value: message.value ?? new Uint8Array(0),
    headers: headersOf(message),
    appendedAtMs: Number(message.timestamp),
  };
}

function headersOf({ headers }: FetchedMessage): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    // A header that came twice: the last one, as everywhere else.
    const last = Array.isArray(value) ? value.at(-1) : value;
    texts[name] = last?.toString() ?? '';
  }
  return texts;
}
