import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

const cells = 8;
const pixelsPerCell = 4;
const side = cells * pixelsPerCell;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const bitDepth = 8;
const paletteColour = 3;

/**
 * A real PNG of 32 × 32 pixels, base64: an identicon of the text, the same each time. Its pixels are made
 * here and not rendered, so that any decoder's reading of it can be checked (https://www.w3.org/TR/png/).
 */
export function pngOf(text: string): string {
  const hash = createHash('sha256').update(text).digest();
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([bitDepth, paletteColour, 0, 0, 0], 8);
  const palette = Buffer.from([255, 255, 255, ...hash.subarray(0, 3)]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(scanlines(hash))),
    chunk('IEND', Buffer.alloc(0)),
  ]).toString('base64');
}

/** A cell is on by a bit of the hash; the right half mirrors the left. */
function scanlines(hash: Buffer): Buffer {
  const rows: Buffer[] = [];
  for (let y = 0; y < side; y += 1) {
    const row = Buffer.alloc(1 + side); // filter type 0, then a palette index a pixel
    const line = hash[8 + Math.floor(y / pixelsPerCell)] ?? 0;
    for (let x = 0; x < side; x += 1) {
      const cell = Math.floor(x / pixelsPerCell);
      row[1 + x] = (line >> Math.min(cell, cells - 1 - cell)) & 1;
    }
    rows.push(row);
  }
  return Buffer.concat(rows);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(4 + named.length + 4);
  whole.writeUInt32BE(data.length, 0);
  whole.set(named, 4);
  whole.writeUInt32BE(crc32(named), 4 + named.length);
  return whole;
}
