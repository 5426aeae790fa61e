import { describe, expect, it } from 'vitest';
import { median, pairedRatio, percentile, spread } from './statistics.ts';

describe('statistics', () => {
  it('takes the middle of an odd number of values, and between the two of an even one', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('interpolates percentiles and keeps the ends', () => {
    const values = Array.from({ length: 101 }, (_, at) => 100 - at);
    expect(percentile(values, 0)).toBe(0);
    expect(percentile(values, 95)).toBe(95);
    expect(percentile(values, 100)).toBe(100);
    expect(percentile([10, 20], 75)).toBe(17.5);
  });

  it('says how far rounds lie apart', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  });

  it('compares each round with the one beside it, so that drift cancels', () => {
    expect(pairedRatio([150, 300], [100, 200])).toEqual({ median: 1.5, min: 1.5, max: 1.5 });
  });

  it('has no answer where there is nothing', () => {
    expect(median([])).toBeNaN();
  });
});
