import type { Edit } from '@fluxrouter/json-splice';

/** Where a span of a document stands once the edits, none of which touch it, are made. */
export function withMovedSpan(
  start: number,
  end: number,
  edits: readonly Edit[],
): { start: number; end: number } {
  let shift = 0;
  for (const edit of edits) {
    if (edit.end <= start) shift += Buffer.byteLength(edit.replacement) - (edit.end - edit.start);
  }
  return { start: start + shift, end: end + shift };
}
