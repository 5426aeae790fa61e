/**
 * Shares a topic's partitions among members: sizes differ by one at most, and a partition moves
 * only where it must. Pure, so that any member comes to the same result.
 * `owners[p]` is the present owner of partition p, or null.
 */
export function assignPartitions(
  owners: readonly (string | null)[],
  members: readonly string[],
): (string | null)[] {
  if (members.length === 0) return owners.map(() => null);
  const floor = Math.floor(owners.length / members.length);
  let ceilings = owners.length % members.length;
  const counts = new Map(members.map((member) => [member, 0]));
  const kept = owners.map((owner) => {
    const count = owner === null ? undefined : counts.get(owner);
    if (owner === null || count === undefined) return null;
    if (count >= floor) {
      if (count > floor || ceilings === 0) return null;
      ceilings -= 1;
    }
    counts.set(owner, count + 1);
    return owner;
  });
  return kept.map((owner) => {
    if (owner !== null) return owner;
    const least = members.reduce((a, b) => ((counts.get(b) ?? 0) < (counts.get(a) ?? 0) ? b : a));
    counts.set(least, (counts.get(least) ?? 0) + 1);
    return least;
  });
}
