const LF = 0x0a;
const SPACE = 0x20;

/**
 * Where the data of an ordinary frame is, without making an object: `data: …` LF LF, with at most
 * one `event: …` LF before it. Positions of the last call that returned true.
 */
export class DataSpan {
  start = 0;
  end = 0;

  /**
   * False: the frame is of another form (comments, CR, several data lines, other fields), and
   * `readFrame` is to be asked. The caller makes sure that there is no CR in the frame.
   */
  locate(bytes: Buffer, frameStart: number, frameEnd: number): boolean {
    let at = frameStart;
    if (bytes[at] === 0x65) {
      // e
      if (!startsWith(bytes, at, 'event:')) return false;
      at = bytes.indexOf(LF, at + 6) + 1;
      if (at === 0 || at >= frameEnd) return false;
    }
    if (!startsWith(bytes, at, 'data:')) return false;
    at += 5;
    if (bytes[at] === SPACE) at++;
    const lineEnd = bytes.indexOf(LF, at);
    if (lineEnd !== frameEnd - 2 || bytes[lineEnd + 1] !== LF) return false;
    this.start = at;
    this.end = lineEnd;
    return true;
  }
}

function startsWith(bytes: Buffer, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}
