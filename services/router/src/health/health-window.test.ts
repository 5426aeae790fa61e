import { describe, expect, it } from 'vitest';
import { ATTEMPTS_MIN, HealthWindow, WINDOW_MS } from './health-window.ts';

const NOW = 1_795_219_200_000;

function windowOf(
  attempts: { model?: string; succeeded?: boolean; firstOutputMs?: number; agoMs?: number }[],
): HealthWindow {
  const window = new HealthWindow((model) => (model === 'thinker' ? 30_000 : 5_000));
  for (const { model = 'm', succeeded = true, firstOutputMs, agoMs = 0 } of attempts) {
    window.add({ provider: 'p', model, atMs: NOW - agoMs, succeeded, firstOutputMs });
  }
  return window;
}

const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);

function stateWith(successes: number, failures: number): string {
  const attempts = [
    ...times(successes, { succeeded: true }),
    ...times(failures, { succeeded: false }),
  ];
  return windowOf(attempts).modelFigures('m', NOW).state;
}

describe('HealthWindow', () => {
  it('is healthy from 95 % on, down below 70 %', () => {
    expect(stateWith(95, 5)).toBe('healthy');
    expect(stateWith(94, 6)).toBe('degraded');
    expect(stateWith(70, 30)).toBe('degraded');
    expect(stateWith(69, 31)).toBe('down');
  });

  it('says nothing of few attempts', () => {
    expect(stateWith(0, ATTEMPTS_MIN - 1)).toBe('healthy');
    expect(stateWith(0, ATTEMPTS_MIN)).toBe('down');
    const { providers, models } = windowOf(times(3, { succeeded: false })).snapshot(NOW);
    expect({ providers, models }).toEqual({ providers: {}, models: {} });
  });

  it('is degraded where more than 5 % are slower than the threshold of the model', () => {
    const slow = (n: number, model: string) => [
      ...times(100 - n, { model, firstOutputMs: 800 }),
      ...times(n, { model, firstOutputMs: 6_000 }),
    ];
    expect(windowOf(slow(5, 'm')).modelFigures('m', NOW).state).toBe('healthy');
    expect(windowOf(slow(6, 'm')).modelFigures('m', NOW).state).toBe('degraded');
    expect(windowOf(slow(50, 'thinker')).modelFigures('thinker', NOW).state).toBe('healthy');
  });

  it('forgets what is older than five minutes', () => {
    const window = windowOf(times(20, { succeeded: false, agoMs: WINDOW_MS - 20_000 }));
    expect(window.modelFigures('m', NOW)).toMatchObject({ state: 'down', attempts: 20 });
    expect(window.modelFigures('m', NOW + 30_000)).toMatchObject({
      state: 'healthy',
      attempts: 0,
    });
  });

  it('takes no attempt that comes too late for the window', () => {
    const window = windowOf([{ agoMs: 0 }, { agoMs: WINDOW_MS + 10_000, succeeded: false }]);
    expect(window.modelFigures('m', NOW).attempts).toBe(1);
  });

  it('names the models that do well in spite of their provider', () => {
    const window = windowOf([
      ...times(60, { model: 'bad', succeeded: false }),
      ...times(20, { model: 'good' }),
    ]);
    expect(window.snapshot(NOW)).toEqual({
      providers: { p: 'down' },
      models: { bad: 'down', good: 'healthy' },
    });
  });
});
