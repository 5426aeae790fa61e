/**
 * The bytes of one frame. Each line of `data` becomes a data line, so that a reader gets the same
 * text back; a line end in `event` cannot be written and is refused as a bug.
 */
export function encodeFrame(frame: { readonly event?: string; readonly data: string }): Buffer {
  let text = '';
  if (frame.event !== undefined) {
    if (/[\r\n]/.test(frame.event)) throw new RangeError('an event name holds no line end');
    text += `event: ${frame.event}\n`;
  }
  for (const line of frame.data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`;
  return Buffer.from(`${text}\n`);
}

/** A comment, which no client shows to anyone; with a blank line, so that it may go anywhere. */
export function encodeComment(comment: string): Buffer {
  if (/[\r\n]/.test(comment)) throw new RangeError('a comment here is one line');
  return Buffer.from(`: ${comment}\n\n`);
}
