import { describe, expect, it } from 'vitest';
import { canonicalJson, contentHash } from './content-hash.ts';

describe('contentHash', () => {
  it('does not depend on the order of members', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe(
      '{"a":true,"b":[1,{"c":"x","d":null}]}',
    );
    expect(contentHash('x_', { a: 1, b: 2 })).toBe(contentHash('x_', { b: 2, a: 1 }));
  });

  it('depends on the order of items and on every value', () => {
    expect(contentHash('x_', [1, 2])).not.toBe(contentHash('x_', [2, 1]));
    expect(contentHash('x_', { a: 1n })).not.toBe(contentHash('x_', { a: 2n }));
    expect(contentHash('x_', {})).toMatch(/^x_[0-9a-f]{16}$/);
  });

  it('leaves undefined members out', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });
});
