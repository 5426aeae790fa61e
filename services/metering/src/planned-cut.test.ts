import { describe, expect, test } from 'vitest';
import { cutToken, doneNote, planNote, readAppliedUntilMs, readPlan } from './planned-cut.ts';

const cut = { start: 5n, end: 9_007_199_254_740_993n };

describe('a plan', () => {
  test('comes back from the note of its commit', () => {
    const metadata = planNote(cut, 'epoch', 77);
    expect(readPlan({ offset: 5n, metadata }, 'epoch')).toEqual(cut);
    expect(readAppliedUntilMs({ offset: 5n, metadata })).toBe(77);
  });

  test('counts only for the life of the topic that it was made in', () => {
    expect(readPlan({ offset: 5n, metadata: planNote(cut, 'epoch', 0) }, 'other')).toBeNull();
  });

  test('is none where nothing was committed, planned or left to do', () => {
    expect(readPlan(null, 'epoch')).toBeNull();
    expect(readPlan({ offset: 5n, metadata: '' }, 'epoch')).toBeNull();
    expect(readPlan({ offset: 5n, metadata: doneNote(77) }, 'epoch')).toBeNull();
    expect(readPlan({ offset: cut.end, metadata: planNote(cut, 'epoch', 0) }, 'epoch')).toBeNull();
  });

  test('fits into what Kafka takes as metadata', () => {
    const longest = planNote({ start: 0n, end: 2n ** 63n }, crypto.randomUUID(), Date.now());
    expect(Buffer.byteLength(longest)).toBeLessThan(4096);
  });
});

test('tokens differ where anything about the rows may', () => {
  const origin = { topic: 't', epoch: 'e', partition: 1 };
  const tokens = [
    cutToken(origin, cut),
    cutToken({ ...origin, topic: 'u' }, cut),
    cutToken({ ...origin, epoch: 'f' }, cut),
    cutToken({ ...origin, partition: 11 }, cut),
    cutToken(origin, { ...cut, start: 6n }),
    cutToken(origin, { ...cut, end: 7n }),
  ];
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(cutToken({ ...origin }, { ...cut })).toBe(tokens[0]);
});
