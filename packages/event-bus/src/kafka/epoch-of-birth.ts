import type { BusRecord } from '../port.ts';

const STRAY_BYTES = 4 * 1024 * 1024;

/**
 * The epoch of a partition's `TopicBorn`, its first record. Where a topic is made anew, a producer of the one
 * before may come first: then its birth is among the first records. Undefined: there is none.
 *
 * @param read what Kafka has from offset 0 on, a batch at the least
 */
export async function epochOfBirth(
  read: (maxBytes: number) => Promise<readonly BusRecord[]>,
): Promise<string | undefined> {
  const first = await read(1);
  const epoch = firstEpoch(first);
  return epoch === undefined && first.length > 0 ? firstEpoch(await read(STRAY_BYTES)) : epoch;
}

function firstEpoch(records: readonly BusRecord[]): string | undefined {
  return records.find(({ headers }) => headers['epoch'] !== undefined)?.headers['epoch'];
}
