/**
 * A commit is of one life of a topic. Kafka keeps commits by the topic's name: one that was on its way
 * when the topic was made anew would let a group begin in the middle of the new one.
 */
export const withEpoch = (epoch: string, metadata: string): string => `${epoch} ${metadata}`;

/** The caller's metadata; undefined where the commit is of another life of the topic. */
export function metadataOf(epoch: string, committed: string | null | undefined) {
  const text = committed ?? '';
  return text.startsWith(`${epoch} `) ? text.slice(epoch.length + 1) : undefined;
}
