import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFrom, readSeal, SEAL_PREFIX, writeSeal } from './seal.ts';

const seals = fc.record({
  origin: fc.record({ dialect: fc.string(), model: fc.string() }),
  data: fc.string({ unit: 'binary' }),
});

describe('a seal', () => {
  it('comes back through any other dialect with its origin', () => {
    fc.assert(
      fc.property(seals, fc.string(), (seal, dialect) => {
        const text = writeSeal(seal, dialect);
        expect(text).toMatch(/^fluxseal1\.[\w-]+$/);
        expect(readSeal(text, dialect)).toEqual(seal);
      }),
    );
  });

  it('of the dialect itself is its own bytes', () => {
    const seal = { origin: { dialect: 'a', model: null }, data: 'EqQB==' };
    expect(writeSeal(seal, 'a')).toBe('EqQB==');
    expect(readSeal('EqQB==', 'a')).toEqual(seal);
    expect(writeSeal(seal, 'b')).not.toBe('EqQB==');
  });

  it('that somebody made up is taken for the dialect’s own', () => {
    for (const made of ['', 'e30', '!!', Buffer.from('["a",1,"b"]').toString('base64url')]) {
      expect(readSeal(SEAL_PREFIX + made, 'a')).toEqual({
        origin: { dialect: 'a', model: null },
        data: SEAL_PREFIX + made,
      });
    }
  });

  it('is known to its origin only', () => {
    const sealedBy = (dialect: string, model: string | null) =>
      ({ kind: 'reasoning', text: '', seal: { origin: { dialect, model }, data: '' } }) as const;
    const target = { dialect: 'a', model: 'm' };
    expect(isFrom(sealedBy('a', 'm'), 'b', target)).toBe(true);
    expect(isFrom(sealedBy('a', null), 'a', target)).toBe(true);
    expect(isFrom(sealedBy('a', 'other'), 'a', target)).toBe(false);
    expect(isFrom(sealedBy('b', 'm'), 'a', target)).toBe(false);
    expect(isFrom({ kind: 'reasoning', text: 'x' }, 'a', target)).toBe(true);
    expect(isFrom({ kind: 'reasoning', text: 'x' }, 'b', target)).toBe(false);
  });
});
