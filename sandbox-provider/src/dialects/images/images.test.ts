import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pngOf } from './png.ts';

/** Reads a PNG as any decoder would; throws where a check sum is wrong. */
function readPng(base64: string) {
  const bytes = Buffer.from(base64, 'base64');
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const named = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(named));
    chunks.set(named.toString('latin1', 0, 4), named.subarray(4));
    at += 12 + length;
  }
  const header = chunks.get('IHDR') as Buffer;
  const pixels = inflateSync(chunks.get('IDAT') as Buffer);
  return {
    width: header.readUInt32BE(0),
    height: header.readUInt32BE(4),
    pixels,
    names: [...chunks.keys()],
  };
}

describe('the image of a prompt', () => {
  it('is a PNG that a decoder takes', () => {
    const { width, height, pixels, names } = readPng(pngOf('a red fox'));
    expect(names).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
    expect([width, height]).toEqual([32, 32]);
    expect(pixels).toHaveLength(32 * 33);
    expect(new Set(pixels)).toEqual(new Set([0, 1]));
  });

  it('is the same each time, and another for other words', () => {
    expect(pngOf('a red fox')).toBe(pngOf('a red fox'));
    expect(pngOf('a red fox')).not.toBe(pngOf('a blue fox'));
  });
});
