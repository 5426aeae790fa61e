import type { AttemptFailure } from '@fluxrouter/generated/proxy';
import { describe, expect, it } from 'vitest';
import { Breakers } from './breakers.ts';

const failure = (code: string) => ({ code }) as AttemptFailure;

function breakersWithLog() {
  const told: string[] = [];
  const breakers = new Breakers(
    { on: true, failuresMax: 2, openMs: 100 },
    {
      breakerOpen: (model, untilMs) => told.push(`${model} open until ${untilMs}`),
      breakerClosed: (model) => told.push(`${model} closed`),
    },
  );
  return { breakers, told };
}

describe('Breakers', () => {
  it('tells when a model is passed over, and when it is back', () => {
    const { breakers, told } = breakersWithLog();
    breakers.note('m', failure('upstream_failed'), 0);
    expect(told).toEqual([]);
    breakers.note('m', failure('upstream_failed'), 10);
    breakers.note('m', undefined, 20);
    breakers.note('m', undefined, 30);
    expect(told).toEqual(['m open until 110', 'm closed']);
  });

  it('stays open where the try after a while fails too', () => {
    const { breakers, told } = breakersWithLog();
    for (const at of [0, 10]) breakers.note('m', failure('upstream_failed'), at);
    expect(breakers.isOpen('m', 109)).toBe(true);
    expect(breakers.isOpen('m', 110)).toBe(false);
    expect(breakers.isOpen('m', 111)).toBe(true);
    breakers.note('m', failure('upstream_timeout'), 150);
    expect(breakers.isOpen('m', 249)).toBe(true);
    expect(told.at(-1)).toBe('m open until 250');
  });

  it('is not held open by a clock that was set back', () => {
    const { breakers } = breakersWithLog();
    for (const at of [3_600_000, 3_600_010]) breakers.note('m', failure('upstream_failed'), at);
    expect(breakers.isOpen('m', 3_600_020)).toBe(true);
    expect(breakers.isOpen('m', 20)).toBe(false);
  });

  it('does not count what the client caused', () => {
    const { breakers } = breakersWithLog();
    for (let i = 0; i < 9; i++) breakers.note('m', failure('upstream_error'), i);
    expect(breakers.isOpen('m', 10)).toBe(false);
  });
});
