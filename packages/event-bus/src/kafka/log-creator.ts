import type { logCreator as LogCreator } from 'kafkajs';

/**
 * kafkajs' own lines, as ours: which part of it met something, and no text of its own. They are for who
 * looks for a fault only: it calls an error whatever it is about to repeat, at first contact with a
 * coordinator, too. What is not mended by that comes to the bus as an error, and is told as one.
 */
export function logCreator(notice: (what: string) => void): LogCreator {
  return () =>
    ({ namespace, label }) =>
      notice(`kafkajs ${namespace} ${label}`);
}
