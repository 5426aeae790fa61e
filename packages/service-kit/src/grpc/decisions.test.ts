import { expect, test, vi } from 'vitest';
import { describeDecisions } from './decisions.contract.ts';
import { decisionsInProcess } from './decisions-server.ts';
import { PendingCalls } from './pending-calls.ts';
import { TurnBatch } from './turn-batch.ts';

describeDecisions('in process', async () => ({
  bind: async (decide) => decisionsInProcess(decide),
  close: async () => {},
}));

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what one turn brings is one batch', async () => {
  const batches: number[][] = [];
  const batch = new TurnBatch<number>((items) => {
    batches.push(items);
    return true;
  });
  batch.push(1);
  await Promise.resolve();
  batch.push(2);
  await turn();
  batch.push(3);
  await turn();
  expect(batches).toEqual([[1, 2], [3]]);
});

test('a batch has its limit; the rest follows in the same turn', async () => {
  const sizes: number[] = [];
  const batch = new TurnBatch<number>((items) => sizes.push(items.length) > 0);
  for (let item = 0; item < 600; item++) batch.push(item);
  await turn();
  expect(sizes).toEqual([200, 200, 200]);
});

test('a full receiver is left alone until it says so, and gets what has come meanwhile at once', async () => {
  const batches: number[][] = [];
  const batch = new TurnBatch<number>((items) => {
    batches.push(items);
    return batches.length !== 1;
  });
  for (const item of [1, 2, 3]) {
    batch.push(item);
    await turn();
  }
  expect(batches).toEqual([[1]]);
  expect(batch.waiting).toBe(2);
  batch.resume();
  expect(batches).toEqual([[1], [2, 3]]);
});

test('a call without an answer ends at its deadline; the others keep theirs', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const calls = new PendingCalls<string>({ deadlineMs: 100, most: 3 });
    const first = calls.add();
    await vi.advanceTimersByTimeAsync(60);
    const second = calls.add();
    const late = expect(first.answer).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await vi.advanceTimersByTimeAsync(41);
    await late;
    calls.resolve(first.call, 'too late');
    calls.resolve(second.call, 'in time');
    expect(await second.answer).toBe('in time');
    expect([calls.size, vi.getTimerCount()]).toEqual([0, 0]);
  } finally {
    vi.useRealTimers();
  }
});

test('more calls than may wait are refused', () => {
  const calls = new PendingCalls<string>({ deadlineMs: 100, most: 1 });
  const { call } = calls.add();
  expect(() => calls.add()).toThrow('too many calls');
  calls.resolve(call, '');
});
