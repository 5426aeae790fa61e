import { describe, expect, it } from 'vitest';
import { attemptEventId, endEventId, idTimeMs, isRequestId, newId, newRequestId } from './ids.ts';

describe('ids', () => {
  it('carries its time', () => {
    const at = Date.UTC(2026, 10, 21, 12, 0, 0, 123);
    expect(idTimeMs(newRequestId(at))).toBe(at);
    expect(idTimeMs(newId('acc_', 0))).toBe(0);
  });

  it('sorts by time', () => {
    expect(newRequestId(1_000_000) < newRequestId(1_000_001)).toBe(true);
  });

  it('is new each time', () => {
    const ids = new Set(Array.from({ length: 20_000 }, () => newRequestId(5)));
    expect(ids.size).toBe(20_000);
  });

  it('tells a request id from other text', () => {
    expect(isRequestId(newRequestId(Date.UTC(2026, 0)))).toBe(true);
    for (const other of ['', 'req_', 'req_0123', `${newRequestId(1)}0`, newId('acc_', 1)]) {
      expect(isRequestId(other)).toBe(false);
    }
  });

  it('refuses a time that it cannot hold', () => {
    expect(() => newRequestId(-1)).toThrow(RangeError);
    expect(() => newRequestId(2 ** 48)).toThrow(RangeError);
    expect(() => newRequestId(0.5)).toThrow(RangeError);
  });

  it('names events by request and attempt', () => {
    expect(attemptEventId('req_A', 2)).toBe('req_A.2');
    expect(endEventId('req_A')).toBe('req_A.end');
  });
});
