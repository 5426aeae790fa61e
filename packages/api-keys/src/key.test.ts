import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALPHABET, encodeBase62 } from './base62.ts';
import {
  generateKey,
  hashKey,
  isWellFormedKey,
  keyKind,
  keyPrefixForDisplay,
  pepperFromText,
} from './key.ts';

/** Bytes 0, 1, 2, … from a start, over and over. */
function countingBytes(start: number) {
  let next = start;
  return (length: number) => Uint8Array.from({ length }, () => next++ % 256);
}

describe('generateKey', () => {
  it('makes the keys of these vectors', () => {
    // Made independently, with Python's zlib.crc32.
    expect(generateKey(countingBytes(0))).toBe('sk-flux-0123456789ABCDEFGHIJKLMNOPQRSTUV1OA39e');
    expect(generateKey(countingBytes(0), 'operator')).toBe(
      'sk-fluxop-0123456789ABCDEFGHIJKLMNOPQRSTUV0pGMRj',
    );
  });

  it('is well formed, whatever the random source gives', () => {
    fc.assert(
      fc.property(fc.nat({ max: 255 }), fc.constantFrom('account', 'operator'), (start, kind) => {
        const key = generateKey(countingBytes(start), kind);
        expect(keyKind(key)).toBe(kind);
        expect(key).toMatch(kind === 'account' ? /^sk-flux-\w{38}$/ : /^sk-fluxop-\w{38}$/);
      }),
      { seed: 8 },
    );
  });

  it('throws away the bytes that would favour some signs', () => {
    const key = generateKey(countingBytes(248));
    expect(key.slice(8, 12)).toBe('0123');
    const counts = new Map<string, number>();
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    for (const byte of every.filter((value) => value < 248)) {
      const sign = ALPHABET.charAt(byte % 62);
      counts.set(sign, (counts.get(sign) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(Array(62).fill(4));
  });
});

describe('isWellFormedKey', () => {
  const key = generateKey(countingBytes(7));

  it('finds every single wrong sign and every swap of neighbours', () => {
    for (let i = 0; i < key.length; i++) {
      for (const sign of ALPHABET) {
        if (sign === key[i]) continue;
        expect(isWellFormedKey(key.slice(0, i) + sign + key.slice(i + 1))).toBe(false);
      }
      const swapped = key.slice(0, i) + key.charAt(i + 1) + key.charAt(i) + key.slice(i + 2);
      expect(isWellFormedKey(swapped)).toBe(swapped === key);
    }
  });

  it.each([
    '',
    'sk-flux-',
    'sk-',
    key.slice(0, -1),
    `${key}0`,
    ` ${key}`,
    `${key}\n`,
    key.toUpperCase(),
    key.replace('sk-flux-', 'sk-fluxop-'),
    `sk-flux-${'é'.repeat(38)}`,
    `sk-flux-${'0'.repeat(1000)}`,
  ])('refuses %j', (text) => {
    expect(isWellFormedKey(text)).toBe(false);
  });
});

describe('hashKey', () => {
  it('is HMAC-SHA-256 under the pepper', () => {
    const pepper = pepperFromText('pepper');
    const expected = createHmac('sha256', 'pepper').update('sk-flux-x').digest('hex');
    expect(hashKey('sk-flux-x', pepper)).toBe(expected);
    expect(hashKey('sk-flux-x', pepperFromText('other'))).not.toBe(expected);
    // RFC 4231, test case 2.
    expect(hashKey('what do ya want for nothing?', pepperFromText('Jefe'))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});

describe('keyPrefixForDisplay', () => {
  it('shows the prefix and four signs, of 38', () => {
    expect(keyPrefixForDisplay(generateKey(countingBytes(0)))).toBe('sk-flux-0123');
    expect(keyPrefixForDisplay(generateKey(countingBytes(0), 'operator'))).toBe('sk-fluxop-0123');
  });
});

describe('encodeBase62', () => {
  it('writes with leading zeros, digits first, then capitals', () => {
    expect(encodeBase62(0, 6)).toBe('000000');
    expect(encodeBase62(61, 2)).toBe('0z');
    expect(encodeBase62(62, 2)).toBe('10');
    expect(encodeBase62(2 ** 32 - 1, 6)).toBe('4gfFC3');
  });
});
