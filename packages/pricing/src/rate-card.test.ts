import { describe, expect, it } from 'vitest';
import { formatUsdPerMillion } from './money.ts';
import {
  buildRateCard,
  type LaneCardDefinition,
  lookupListRow,
  lookupRow,
  rateCardAt,
  rateCardDefinitions,
} from './rate-card.ts';
import {
  isPriced,
  type ListPrice,
  type PricedLane,
  type PricedModel,
  type RateRow,
} from './rate-row.ts';

const NOTHING: ListPrice = {
  input: null,
  output: null,
  cacheRead: null,
  cacheWrite: null,
  perImage: null,
};

function model(id: string, lane: PricedLane, list: Partial<ListPrice>): PricedModel {
  return { id, lane, listUsdPer1M: { ...NOTHING, ...list } };
}

const lanes = rateCardDefinitions.find((card) => card.kind === 'lanes') as LaneCardDefinition;

function rowOf(lane: PricedLane, list: Partial<ListPrice>): RateRow {
  const row = lookupRow(buildRateCard(lanes, [model('m', lane, list)]), 'm');
  if (row === undefined) throw new Error('no row');
  return row;
}

describe('the lane card', () => {
  it('starts at the floor of the lane where the list price is below it', () => {
    const row = rowOf('fast', { input: '0.1', output: '0.5' });
    expect([row.input, row.output]).toEqual([1_000_000n, 4_000_000n]);
  });

  it('costs the list price where that is above the floor, input and output each for itself', () => {
    const row = rowOf('standard', { input: '1.5', output: '12' });
    expect([row.input, row.output]).toEqual([2_000_000n, 12_000_000n]);
  });

  it('keeps the ratio of a cache price to list input', () => {
    const row = rowOf('fast', {
      input: '0.1',
      output: '0.5',
      cacheRead: '0.01',
      cacheWrite: '0.125',
    });
    expect([row.cacheRead, row.cacheWrite5m]).toEqual([100_000n, 1_250_000n]);
  });

  it('rounds a ratio that does not come out even once, half-even, to a whole pico-USD a token', () => {
    // 2,000,000 × 0.044 ÷ 1.32 = 66,666.67
    expect(rowOf('standard', { input: '1.32', output: '3.96', cacheRead: '0.044' }).cacheRead).toBe(
      66_667n,
    );
    // 1,000,000 × 0.000001 ÷ 0.4 = 2.5, to the even one
    expect(rowOf('fast', { input: '0.4', output: '1', cacheRead: '0.000001' }).cacheRead).toBe(2n);
  });

  it('charges cache tokens without a list price as input, and 1 h cache writes twice the input', () => {
    const row = rowOf('reasoning', { input: '5', output: '25' });
    expect([row.cacheRead, row.cacheWrite5m, row.cacheWrite1h]).toEqual([
      5_000_000n,
      5_000_000n,
      10_000_000n,
    ]);
  });

  it('keeps a cache write that is listed as free, free', () => {
    expect(rowOf('standard', { input: '1.4', output: '4.4', cacheWrite: '0' }).cacheWrite5m).toBe(
      0n,
    );
  });

  it('prices images by the image, and knows which image models have no price', () => {
    const row = rowOf('image', { input: '1.5', output: '7.5', perImage: '0.0336' });
    expect(row.images).toBe(33_600_000_000n);
    expect(isPriced(row)).toBe(true);
    expect(isPriced(rowOf('image', { input: '2' }))).toBe(false);
    expect(isPriced(rowOf('fast', { input: '1', output: '1' }))).toBe(true);
  });

  it('keeps the list price beside it', () => {
    const card = buildRateCard(lanes, [model('m', 'fast', { input: '0.1', output: '0.5' })]);
    expect(formatUsdPerMillion(lookupListRow(card, 'm')?.input ?? 0n)).toBe('0.1');
  });

  it('has no row for a model that it does not know', () => {
    const card = buildRateCard(lanes, []);
    expect(lookupRow(card, 'constructor')).toBeUndefined();
    expect(lookupRow(card, '__proto__')).toBeUndefined();
  });
});

describe('the at-cost card', () => {
  it('is the list price and the markup', () => {
    const card = buildRateCard(
      { kind: 'at-cost', name: 'mine', validFrom: '2026-01-01T00:00:00Z', markup: '0.05' },
      [model('m', 'fast', { input: '0.1', output: '0.5', cacheRead: '0.01', perImage: '0.04' })],
    );
    const row = lookupRow(card, 'm');
    expect(row).toMatchObject({
      input: 105_000n,
      output: 525_000n,
      cacheRead: 10_500n,
      images: 42_000_000_000n,
    });
  });
});

describe('versions', () => {
  const models = [model('m', 'fast', { input: '0.1', output: '0.5' })];

  it('change with a price and stay with the data', () => {
    const dearer = [model('m', 'fast', { input: '0.2', output: '0.5' })];
    expect(buildRateCard(lanes, models).version).toBe(buildRateCard(lanes, models).version);
    expect(buildRateCard(lanes, models).version).not.toBe(buildRateCard(lanes, dearer).version);
    expect(buildRateCard(lanes, models).version).toMatch(/^lanes-2026-11-21@[0-9a-f]{16}$/);
  });

  it('hold from their time on', () => {
    const card = (validFrom: string) =>
      buildRateCard({ kind: 'at-cost', name: `c-${validFrom}`, validFrom, markup: '0' }, models);
    const january = card('2026-01-01T00:00:00Z');
    const june = card('2026-06-01T00:00:00Z');
    const at = (time: string) => rateCardAt([june, january], 'at-cost', Date.parse(time));
    expect(at('2025-12-31T23:59:59.999Z')).toBeUndefined();
    expect(at('2026-01-01T00:00:00Z')).toBe(january);
    expect(at('2026-05-31T23:59:59.999Z')).toBe(january);
    expect(at('2026-06-01T00:00:00Z')).toBe(june);
    expect(rateCardAt([january], 'lanes', june.validFromMs)).toBeUndefined();
  });
});
