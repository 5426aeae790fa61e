import { describe, expect, it } from 'vitest';
import { type CataloguePrice, comparePrices, decimalOf } from './compare-prices.ts';

const NONE = { input: null, output: null, cacheRead: null, cacheWrite: null };
const model = (id: string, prices: Partial<CataloguePrice['listUsdPer1M']>): CataloguePrice => ({
  ...{ id, provider: 'p', upstreamModel: id },
  listUsdPer1M: { ...NONE, ...prices },
});

describe('comparePrices', () => {
  it('tells what differs, what is new, and whom the other list does not know', () => {
    const models = [
      model('a', { input: '1', output: '5' }),
      model('b', { input: '2', cacheRead: '0.2' }),
      model('c', { input: '3' }),
    ];
    const lookup = (_provider: string, name: string) => {
      if (name === 'a') return { ...NONE, input: '1', output: '4', cacheRead: '0.1' };
      return name === 'b' ? { ...NONE, input: '2' } : null;
    };
    expect(comparePrices(models, lookup)).toEqual({
      changes: [
        { model: 'a', field: 'output', from: '5', to: '4' },
        { model: 'a', field: 'cacheRead', from: null, to: '0.1' },
      ],
      unknown: ['c'],
    });
  });
});

describe('decimalOf', () => {
  it('writes prices as the catalogue does', () => {
    expect([5, 0.075, 0.1, 100, 0.0000004].map(decimalOf)).toEqual([
      '5',
      '0.075',
      '0.1',
      '100',
      '0',
    ]);
  });
});
