import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  divideHalfEven,
  formatUsd,
  formatUsdPerMillion,
  parseUsd,
  parseUsdPerMillion,
} from './money.ts';

describe('exact decimals', () => {
  it('reads and writes US dollars as pico-USD', () => {
    expect(parseUsd('0.000412')).toBe(412_000_000n);
    expect(formatUsd(412_000_000n)).toBe('0.000412');
    expect(formatUsd(0n)).toBe('0');
    expect(formatUsd(1n)).toBe('0.000000000001');
    expect(formatUsd(-1_500_000_000_000n)).toBe('-1.5');
    expect(formatUsd(20_000_000_000_000n)).toBe('20');
  });

  it('makes $1 per 1M tokens 1,000,000 pico-USD a token', () => {
    expect(parseUsdPerMillion('1')).toBe(1_000_000n);
    expect(parseUsdPerMillion('0.000001')).toBe(1n);
    expect(formatUsdPerMillion(66_667n)).toBe('0.066667');
  });

  it.each(['', '.', '1.', '.5', '+1', '1e3', '1,5', ' 1', '0x1', 'NaN', '1.0.0', '--1', '١'])(
    'refuses %j',
    (text) => {
      expect(() => parseUsd(text)).toThrow(RangeError);
    },
  );

  it('refuses a price that is no whole number of pico-USD a token', () => {
    expect(() => parseUsdPerMillion('0.0000001')).toThrow('more than 6 decimals');
    expect(() => parseUsd('0.0000000000001')).toThrow('more than 12 decimals');
  });

  it('gives back every amount that it writes, in the one canonical form', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (amount) => {
        const text = formatUsd(amount);
        expect(parseUsd(text)).toBe(amount);
        expect(formatUsd(parseUsd(text))).toBe(text);
        expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/);
      }),
      { seed: 1 },
    );
  });
});

describe('rounding', () => {
  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [5n, -2n, -2n],
    [7n, 3n, 2n],
    [8n, 3n, 3n],
    [-7n, 3n, -2n],
    [0n, 7n, 0n],
  ])('%s / %s is %s: to the nearest, ties to the even one', (numerator, denominator, quotient) => {
    expect(divideHalfEven(numerator, denominator)).toBe(quotient);
  });

  it('is never off by more than a half', () => {
    fc.assert(
      fc.property(
        fc.bigInt(),
        fc.bigInt({ min: 1n, max: 10n ** 20n }),
        (numerator, denominator) => {
          const off = numerator - divideHalfEven(numerator, denominator) * denominator;
          expect(2n * (off < 0n ? -off : off) <= denominator).toBe(true);
        },
      ),
      { seed: 2 },
    );
  });

  it('refuses to divide by zero', () => {
    expect(() => divideHalfEven(1n, 0n)).toThrow(RangeError);
  });
});
