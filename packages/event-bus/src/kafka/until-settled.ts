import { setTimeout as sleep } from 'node:timers/promises';
import { protocolErrorOf } from './kafkajs-wire.ts';

const PATIENCE_MS = 10_000;
const ASK_EVERY_MS = 50;

/** What passes by itself: a new topic or a group's coordinator that not every broker knows yet. */
const passing = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_LOAD_IN_PROGRESS',
]);

/** Asks again while the cluster is settling, for ten seconds. */
export async function untilSettled<Result>(work: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!passing.has(protocolErrorOf(error) ?? '') || performance.now() > until) throw error;
    }
    await sleep(ASK_EVERY_MS);
  }
}
