import { buildCatalogue } from '@fluxrouter/catalogue';
import { buildRateCard, rateCardDefinitions } from '@fluxrouter/pricing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceAttempt } from './price-attempt.ts';

const catalogue = buildCatalogue();
const [definition] = rateCardDefinitions;
if (definition === undefined) throw new Error('no rate card');
const card = buildRateCard(definition, [...catalogue.models.values()]);
const base = {
  servedModel: 'gpt-5.4',
  routedModel: 'gpt-5.4',
  baselineModel: catalogue.baseline.id,
  payable: true,
  hold: 0n,
};

describe('what an attempt costs', () => {
  it('is the served row: larger of lane floor and list price', () => {
    const price = priceAttempt(card, { ...base, usage: { input: 1_000_000, output: 1_000_000 } });
    // gpt-5.4: list $2.50 / $15 per 1M; its lane starts at $2 / $8.
    expect(price).toMatchObject({
      cost: 17_500_000_000_000n,
      charged: 17_500_000_000_000n,
      house: 0n,
    });
    const small = priceAttempt(card, {
      ...base,
      servedModel: 'gpt-5-nano',
      routedModel: 'gpt-5-nano',
      usage: { input: 1_000_000, output: 1_000_000 },
    });
    expect(small).toMatchObject({ cost: 5_000_000_000_000n, direct: 450_000_000_000n });
  });

  it('is the house’s where the attempt was not accepted', () => {
    const price = priceAttempt(card, {
      ...base,
      payable: false,
      usage: { input: 10, output: 10 },
    });
    expect(price.charged).toBe(0n);
    expect(price.house).toBe(price.cost);
  });

  it('is never more than the hold, and the rest is the house’s', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.bigInt({ min: 1n, max: 10n ** 15n }),
        (input, output, hold) => {
          const price = priceAttempt(card, { ...base, hold, usage: { input, output } });
          expect(price.charged <= hold).toBe(true);
          expect(price.charged + price.house).toBe(price.cost);
        },
      ),
      { seed: 3 },
    );
  });

  it('is after a fallback never more than the routed model’s row', () => {
    const usage = { input: 1_000, output: 1_000 };
    const routed = priceAttempt(card, { ...base, usage });
    const dearer = priceAttempt(card, { ...base, usage, servedModel: 'gpt-6-astra' });
    expect(dearer.charged).toBe(routed.charged);
    const cheaper = priceAttempt(card, { ...base, usage, servedModel: 'gpt-5-nano' });
    expect(cheaper.charged < routed.charged).toBe(true);
  });

  it('is nothing where nothing was used, and an error where there is no row', () => {
    expect(priceAttempt(card, { ...base, usage: {} })).toMatchObject({
      cost: 0n,
      savings: undefined,
    });
    expect(() =>
      priceAttempt(card, { ...base, servedModel: 'nobody', usage: { input: 1 } }),
    ).toThrow(RangeError);
  });
});
