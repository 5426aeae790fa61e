import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chargeFor, directCost, priceUsage, worstCaseCost } from './price-usage.ts';
import type { RateRow } from './rate-row.ts';
import { savingsTenths, tenthsToPercent } from './savings.ts';
import { BILLED_UNITS, type Usage, usageProblems } from './usage.ts';

const ROW: RateRow = {
  modelId: 'm',
  lane: 'standard',
  input: 2_000_000n,
  cacheRead: 200_000n,
  cacheWrite5m: 2_500_000n,
  cacheWrite1h: 4_000_000n,
  output: 8_000_000n,
  images: null,
};

const count = fc.nat({ max: 10_000_000 });
const usages = fc.record<Usage>(
  {
    input: count,
    cacheRead: count,
    cacheWrite5m: count,
    cacheWrite1h: count,
    output: count,
    reasoning: count,
  },
  { requiredKeys: [] },
);
const rate = fc.bigInt({ min: 0n, max: 60_000_000n });
const rows = fc
  .record({ input: rate, cacheRead: rate, cacheWrite5m: rate, cacheWrite1h: rate, output: rate })
  .map((rates): RateRow => ({ ...ROW, ...rates }));

describe('priceUsage', () => {
  it('adds a line for each bucket, exactly', () => {
    const priced = priceUsage(
      { input: 100, cacheRead: 1000, cacheWrite5m: 10, cacheWrite1h: 1, output: 50, reasoning: 40 },
      ROW,
    );
    expect(priced.total).toBe(
      200_000_000n + 200_000_000n + 25_000_000n + 4_000_000n + 400_000_000n,
    );
    expect(priced.lines.map((line) => line.unit)).toEqual([
      'input',
      'cacheRead',
      'cacheWrite5m',
      'cacheWrite1h',
      'output',
    ]);
    expect(priced.unpriced).toEqual([]);
  });

  it('does not bill reasoning beside the output that it is part of', () => {
    expect(priceUsage({ output: 50, reasoning: 40 }, ROW).total).toBe(
      priceUsage({ output: 50 }, ROW).total,
    );
  });

  it('names what was used and has no price', () => {
    expect(priceUsage({ input: 1, images: 2 }, ROW).unpriced).toEqual(['images']);
    expect(priceUsage({ images: 0 }, ROW).unpriced).toEqual([]);
  });

  it('refuses what is no count', () => {
    for (const input of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(usageProblems({ input })).toHaveLength(1);
      expect(() => priceUsage({ input }, ROW)).toThrow(RangeError);
    }
  });

  it('costs the same for the same tokens, whether a bucket is 0 or not reported', () => {
    fc.assert(
      fc.property(usages, rows, (usage, row) => {
        const filled = Object.fromEntries(BILLED_UNITS.map((unit) => [unit, usage[unit] ?? 0]));
        expect(priceUsage(filled, row).total).toBe(priceUsage(usage, row).total);
        expect(priceUsage({ ...usage }, row)).toEqual(priceUsage(usage, row));
      }),
      { seed: 3 },
    );
  });

  it('is the sum of its lines, and of its parts', () => {
    fc.assert(
      fc.property(usages, usages, rows, (a, b, row) => {
        const both = Object.fromEntries(
          BILLED_UNITS.map((unit) => [unit, (a[unit] ?? 0) + (b[unit] ?? 0)]),
        );
        const priced = priceUsage(both, row);
        expect(priced.total).toBe(priceUsage(a, row).total + priceUsage(b, row).total);
        expect(priced.lines.reduce((sum, line) => sum + line.amount, 0n)).toBe(priced.total);
      }),
      { seed: 4 },
    );
  });

  it('never falls when more is used', () => {
    fc.assert(
      fc.property(
        usages,
        rows,
        fc.constantFrom(...BILLED_UNITS.slice(0, 5)),
        count,
        (usage, row, unit, more) => {
          const larger = { ...usage, [unit]: (usage[unit] ?? 0) + more };
          expect(priceUsage(larger, row).total).toBeGreaterThanOrEqual(
            priceUsage(usage, row).total,
          );
        },
      ),
      { seed: 5 },
    );
  });
});

describe('chargeFor', () => {
  const cheap: RateRow = { ...ROW, modelId: 'cheap', input: 1_000_000n, output: 4_000_000n };
  const usage: Usage = { input: 10, output: 10 };

  it('applies the row of the served model', () => {
    expect(chargeFor({ servedRow: ROW, routedRow: cheap, usage, fallback: false }).total).toBe(
      priceUsage(usage, ROW).total,
    );
  });

  it('never exceeds the routed model after a fallback of ours', () => {
    const charge = chargeFor({ servedRow: ROW, routedRow: cheap, usage, fallback: true });
    expect(charge).toMatchObject({ total: priceUsage(usage, cheap).total, capped: true });
    fc.assert(
      fc.property(usages, rows, rows, (used, servedRow, routedRow) => {
        const { total } = chargeFor({ servedRow, routedRow, usage: used, fallback: true });
        const served = priceUsage(used, servedRow).total;
        const routed = priceUsage(used, routedRow).total;
        expect([served, routed]).toContain(total);
        expect(total <= served && total <= routed).toBe(true);
      }),
      { seed: 6 },
    );
  });

  it('does not let a routed row without a price make something free', () => {
    const images = { images: 1 };
    const served: RateRow = { ...ROW, images: 5n };
    expect(
      chargeFor({ servedRow: served, routedRow: ROW, usage: images, fallback: true }),
    ).toMatchObject({ total: 5n, capped: false });
  });
});

describe('directCost and worst case', () => {
  it('tells the list price', () => {
    expect(directCost({ input: 3 }, { ...ROW, input: 7n })).toBe(21n);
  });

  it('bounds every usage within its limits', () => {
    fc.assert(
      fc.property(usages, rows, (usage, row) => {
        const inputTokensMax =
          (usage.input ?? 0) +
          (usage.cacheRead ?? 0) +
          (usage.cacheWrite5m ?? 0) +
          (usage.cacheWrite1h ?? 0);
        const bound = { inputTokensMax, outputTokensMax: usage.output ?? 0, imagesMax: 0 };
        expect(worstCaseCost(bound, row)).toBeGreaterThanOrEqual(priceUsage(usage, row).total);
      }),
      { seed: 7 },
    );
  });
});

describe('savings', () => {
  const baseline: RateRow = { ...ROW, input: 1000n, output: 1000n };
  const tenths = (cost: bigint) => savingsTenths({ input: 1 }, cost, baseline);

  it('are tenths of a percent of the baseline, half-even, negative where it cost more', () => {
    expect(tenths(126n)).toBe(874);
    expect(tenths(0n)).toBe(1000);
    expect(tenths(1000n)).toBe(0);
    expect(tenths(2500n)).toBe(-1500);
    expect(savingsTenths({ input: 1 }, 1n, { ...ROW, input: 2000n })).toBe(1000); // 999.5
    expect(savingsTenths({ input: 1 }, 3n, { ...ROW, input: 2000n })).toBe(998); // 998.5
    expect(tenthsToPercent(874)).toBe(87.4);
  });

  it('are not told where the baseline has no price for what was used', () => {
    expect(savingsTenths({ images: 1 }, 5n, baseline)).toBeUndefined();
    expect(savingsTenths({}, 0n, baseline)).toBeUndefined();
  });
});
