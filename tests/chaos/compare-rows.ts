import type { Books, Logged, Money, Row, Tables, Tokens } from './books.ts';
import type { Differences } from './differences.ts';

/**
 * log = rows: under FINAL each event once, of its first copy; raw, each record at most once, or twice
 * where it was read twice. The tables of before the replay have their own, stricter comparison.
 */
export function compareRows(
  { log, raw, final, beforeReplay }: Books,
  events: ReadonlyMap<string, Logged>,
  found: Differences,
): void {
  if (beforeReplay !== undefined) {
    const { epoch } = beforeReplay;
    const ofEpoch = new Map([...events].filter(([, event]) => event.epoch === epoch));
    compareFinal(beforeReplay, ofEpoch, found);
    const logged = log.filter((event) => event.epoch === epoch);
    compareRaw(beforeReplay, logged, () => 1, found);
    const again = raw.filter((row) => row.epoch === epoch).length - beforeReplay.raw.length;
    if (again <= 0) found.of('missing: what was to be read again was not', epoch);
  }
  compareFinal({ final }, events, found);
  compareRaw({ raw }, log, ({ epoch }) => (epoch === beforeReplay?.epoch ? 2 : 1), found);
}

function compareFinal(
  { final }: Pick<Tables, 'final'>,
  events: ReadonlyMap<string, Logged>,
  found: Differences,
): void {
  const seen = new Set<string>();
  for (const row of final) {
    const event = events.get(row.eventId);
    if (seen.has(row.eventId)) found.of('doubled: rows of one event under FINAL', row.eventId);
    seen.add(row.eventId);
    if (event === undefined) found.of('rows of no event', row.eventId);
    else if (placeOf(row) !== placeOf(event)) found.of('rows of a later copy', row.eventId);
    else if (!sameMoney(row.money, event.money)) found.of('rows of other amounts', row.eventId);
    else if (!sameTokens(row.tokens, event.tokens)) found.of('rows of other tokens', row.eventId);
  }
  for (const id of events.keys()) if (!seen.has(id)) found.of('lost: events without a row', id);
}

function compareRaw(
  { raw }: Pick<Tables, 'raw'>,
  log: readonly Logged[],
  copiesMax: (row: Row) => number,
  found: Differences,
): void {
  const records = new Map(log.map((event) => [placeOf(event), event.eventId]));
  const copies = new Map<string, number>();
  for (const row of raw) {
    const place = placeOf(row);
    const count = (copies.get(place) ?? 0) + 1;
    copies.set(place, count);
    if (records.get(place) !== row.eventId) found.of('raw rows of no record', row.eventId);
    else if (count > copiesMax(row)) found.of('doubled: raw rows of one record', row.eventId);
  }
}

const placeOf = ({ epoch, partition, offset }: Pick<Row, 'epoch' | 'partition' | 'offset'>) =>
  `${epoch}/${partition}/${offset}`;

const sameMoney = (one: Money, other: Money) =>
  one.cost === other.cost && one.charged === other.charged && one.house === other.house;

export const sameTokens = (one: Tokens, other: Tokens) =>
  one.input === other.input && one.cacheRead === other.cacheRead && one.output === other.output;
