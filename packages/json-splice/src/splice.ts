/** Replace the bytes of `[start, end)`; a string is written as UTF-8. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: Buffer | string;
}

/**
 * A copy of `bytes` with the edits applied; every other byte is as it was. Edits may come in any
 * order but may not overlap: that is a bug of the caller, and throws.
 */
export function splice(bytes: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return bytes;
  const sorted = inOrder(edits) ? edits : [...edits].sort((a, b) => a.start - b.start);
  let size = bytes.length;
  let previousEnd = 0;
  for (const edit of sorted) {
    if (edit.start < previousEnd || edit.end < edit.start || edit.end > bytes.length) {
      throw new RangeError(`edit [${edit.start}, ${edit.end}) overlaps or is out of range`);
    }
    previousEnd = edit.end;
    size += byteLength(edit.replacement) - (edit.end - edit.start);
  }
  const result = Buffer.allocUnsafe(size);
  let read = 0;
  let write = 0;
  for (const { start, end, replacement } of sorted) {
    write += bytes.copy(result, write, read, start);
    write +=
      typeof replacement === 'string'
        ? result.write(replacement, write)
        : replacement.copy(result, write);
    read = end;
  }
  bytes.copy(result, write, read);
  return result;
}

function inOrder(edits: readonly Edit[]): boolean {
  for (let i = 1; i < edits.length; i++) {
    if ((edits[i] as Edit).start < (edits[i - 1] as Edit).start) return false;
  }
  return true;
}

function byteLength(replacement: Buffer | string): number {
  return typeof replacement === 'string' ? Buffer.byteLength(replacement) : replacement.length;
}
