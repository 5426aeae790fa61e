import { readAppliedUntilMs } from './planned-cut.ts';
import type { MeteringBus } from './ports.ts';

/**
 * Up to when all that was received is in ClickHouse. Each partition is there up to the time that its
 * commit notes, or up to now where nothing follows; what was received may be reported as much later
 * as a request lives.
 */
async function completeUntil(
  bus: MeteringBus,
  group: string,
  topic: string,
  requestLifeMsMax: number,
  nowMs = Date.now(),
): Promise<number> {
  // In this order: what is appended between the two makes a partition look behind, never ahead.
  const committed = await bus.committed(group, topic);
  const ends = await bus.endOffsets(topic);
  let untilMs = nowMs;
  for (const [partition, end] of ends) {
    const at = committed.get(partition) ?? null;
    if ((at?.offset ?? 0n) < end) untilMs = Math.min(untilMs, readAppliedUntilMs(at));
  }
  return Math.max(0, untilMs - requestLifeMsMax);
}

/**
 * The same from one question to the next: what was complete stays so, also while a record that has
 * just come makes its partition wait.
 */
export function completeUntilReader(
  bus: MeteringBus,
  { group, topic, requestLifeMsMax }: { group: string; topic: string; requestLifeMsMax: number },
): () => Promise<number> {
  let knownMs = 0;
  return async () => {
    knownMs = Math.max(knownMs, await completeUntil(bus, group, topic, requestLifeMsMax));
    return knownMs;
  };
}

/** Records that are in the log and not in ClickHouse. */
export async function lagRecords(bus: MeteringBus, group: string, topic: string): Promise<number> {
  const committed = await bus.committed(group, topic);
  const ends = await bus.endOffsets(topic);
  let lag = 0n;
  for (const [partition, end] of ends) lag += end - (committed.get(partition)?.offset ?? 0n);
  return Number(lag);
}
