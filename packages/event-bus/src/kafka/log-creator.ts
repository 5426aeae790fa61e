import type { logCreator as LogCreator } from 'kafkajs';

/** What went wrong, in words of ours, and the error where there is one. */
export type KafkaLog = (message: string, error: unknown) => void;

/** One line of the same kind in so many ms is enough: a broker that is away is met by every request. */
const QUIET_MS = 10_000;

/** An error that kafkajs met and deals with itself. */
class KafkaNotice extends Error {
  override readonly name = 'KafkaNotice';
}

/**
 * kafkajs' own lines, as ours: which part of it met something, and no text of its own. It logs each
 * repetition as an error, at first contact with a coordinator, too.
 */
export function logCreator(log: KafkaLog): LogCreator {
  const lastMs = new Map<string, number>();
  return () =>
    ({ namespace, log: { message } }) => {
      const place = `kafka: kafkajs ${namespace}`;
      const now = Date.now();
      if (now - (lastMs.get(place) ?? 0) < QUIET_MS) return;
      lastMs.set(place, now);
      log(place, new KafkaNotice(message));
    };
}
