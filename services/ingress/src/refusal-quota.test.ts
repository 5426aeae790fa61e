import { expect, it } from 'vitest';
import { RefusalQuota } from './refusal-quota.ts';

const takenOf = (quota: RefusalQuota, asked: number, nowMs: number) =>
  Array.from({ length: asked }, () => quota.take(nowMs)).filter((taken) => taken).length;

it('takes a burst, then so many a second, and no more after a silence than the burst', () => {
  const quota = new RefusalQuota(5, 20);
  expect(takenOf(quota, 1_000, 10_000)).toBe(20);
  expect(takenOf(quota, 1_000, 11_000)).toBe(5);
  expect(takenOf(quota, 1_000, 11_200)).toBe(1);
  expect(takenOf(quota, 1_000, 3_600_000)).toBe(20);
});

it('gives nothing for a clock that is set back, and goes on from there', () => {
  const quota = new RefusalQuota(5, 20);
  takenOf(quota, 1_000, 3_600_000);
  expect(takenOf(quota, 1_000, 1_000)).toBe(0);
  expect(takenOf(quota, 1_000, 2_000)).toBe(5);
});
