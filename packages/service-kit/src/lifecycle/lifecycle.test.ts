import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../log.ts';
import { watchParent } from './parent-watch.ts';
import { stopInOrder } from './stop-in-order.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('stopInOrder', () => {
  test('one after the other, whatever becomes of each', async () => {
    const order: string[] = [];
    const part = (name: string, stop: () => Promise<void>) => ({
      name,
      stop: () => {
        order.push(name);
        return stop();
      },
    });
    const reports = stopInOrder(
      [
        part('doors', () => new Promise((resolve) => setTimeout(resolve, 50))),
        part('broken', () => Promise.reject(new Error('no'))),
        part('stuck', () => new Promise(() => {})),
        part('log', () => Promise.resolve()),
      ],
      { log: silentLog, timeoutMs: 1000 },
    );
    await vi.advanceTimersByTimeAsync(49);
    expect(order).toEqual(['doors']);
    await vi.advanceTimersByTimeAsync(1001);
    expect((await reports).map(({ outcome }) => outcome)).toEqual([
      'stopped',
      'failed',
      'timed_out',
      'stopped',
    ]);
    expect(order).toEqual(['doors', 'broken', 'stuck', 'log']);
  });
});

describe('watchParent', () => {
  test('notices another parent, once', async () => {
    let parent = 100;
    const gone = vi.fn();
    watchParent({ onGone: gone, parentPid: () => parent });
    await vi.advanceTimersByTimeAsync(3000);
    expect(gone).not.toHaveBeenCalled();
    parent = 1;
    await vi.advanceTimersByTimeAsync(3000);
    expect(gone).toHaveBeenCalledTimes(1);
  });

  test('notices a parent that went before the watch began', async () => {
    const gone = vi.fn();
    watchParent({ onGone: gone, parent: 100, parentPid: () => 1 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(gone).toHaveBeenCalledTimes(1);
  });

  test('sees nothing after its end', async () => {
    let parent = 100;
    const gone = vi.fn();
    const end = watchParent({ onGone: gone, parentPid: () => parent });
    end();
    parent = 1;
    await vi.advanceTimersByTimeAsync(3000);
    expect(gone).not.toHaveBeenCalled();
  });
});
