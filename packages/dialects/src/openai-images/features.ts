import type { UnpricedFeature } from '../dialect.ts';

/** A price is for an image of the vendor's usual size and quality; these are dearer everywhere. */
const DEAR_QUALITIES: ReadonlySet<string> = new Set(['high', 'hd', 'ultra']);
/** 1536 × 1024: the largest of OpenAI's usual sizes. */
const PIXELS_MAX = 1536 * 1024;
const SIZE = /^(\d{1,5})x(\d{1,5})$/;

export function unpricedFeatures(parsed: Record<string, unknown>): UnpricedFeature[] {
  const found: UnpricedFeature[] = [];
  const { quality, size, partial_images: partial } = parsed;
  if (typeof quality === 'string' && DEAR_QUALITIES.has(quality)) {
    found.push({ name: 'image_quality', param: 'quality' });
  }
  if (typeof size === 'string' && size !== 'auto') {
    const [, width, height] = SIZE.exec(size) ?? [];
    // Words for sizes ("2K") are the vendors' own: of what we cannot read we know no price.
    if (width === undefined || Number(width) * Number(height) > PIXELS_MAX) {
      found.push({ name: 'image_size', param: 'size' });
    }
  }
  if (typeof partial === 'number' && partial > 0) {
    found.push({ name: 'partial_images', param: 'partial_images' });
  }
  return found;
}
