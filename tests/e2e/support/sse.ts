/** One event of a stream as a client dispatches it. */
export interface Frame {
  readonly event: string;
  readonly data: string;
}

/**
 * The events of a stream, by the WHATWG's rules and none of our code: an event that no blank line
 * ends is not one. Comments are left out.
 */
export function framesOf(text: string): Frame[] {
  const frames: Frame[] = [];
  let event = '';
  let data: string[] = [];
  const lines = text.split(/\r\n|\r|\n/);
  // What follows the last line end is no line.
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (data.length > 0) frames.push({ event, data: data.join('\n') });
      event = '';
      data = [];
    } else if (line.startsWith('event:')) event = line.slice(6).replace(/^ /, '');
    else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
  }
  return frames;
}
