/** Events of one hour of one partition, each once, and their money in pico-USD. */
export interface Sums {
  events: bigint;
  cost: bigint;
  charged: bigint;
  house: bigint;
}

/** By the hour of `receivedAt`, as hours since 1970 UTC. */
export type HourlySums = Map<number, Sums>;

export type SumName = keyof Sums;

const sumNames: readonly SumName[] = ['events', 'cost', 'charged', 'house'];

export const hourOf = (ms: number): number => Math.floor(ms / 3_600_000);

export function addTo(sums: HourlySums, hour: number, more: Sums): void {
  const before = sums.get(hour);
  if (before === undefined) {
    sums.set(hour, { ...more });
    return;
  }
  for (const name of sumNames) before[name] += more[name];
}

export interface Difference {
  hour: number;
  name: SumName;
  log: bigint;
  table: bigint;
}

/** Where the two do not say the same; empty where they do. */
export function differences(log: HourlySums, table: HourlySums): Difference[] {
  const nothing: Sums = { events: 0n, cost: 0n, charged: 0n, house: 0n };
  const hours = [...new Set([...log.keys(), ...table.keys()])].sort((a, b) => a - b);
  return hours.flatMap((hour) => {
    const [inLog, inTable] = [log.get(hour) ?? nothing, table.get(hour) ?? nothing];
    return sumNames
      .filter((name) => inLog[name] !== inTable[name])
      .map((name) => ({ hour, name, log: inLog[name], table: inTable[name] }));
  });
}
