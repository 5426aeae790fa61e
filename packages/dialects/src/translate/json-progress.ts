/** How far a JSON object has come, told from its pieces: it takes no memory of them. */
export interface JsonProgress {
  readonly depth: number;
  readonly inString: boolean;
  readonly escaped: boolean;
  readonly begun: boolean;
}

export const noJson: JsonProgress = { depth: 0, inString: false, escaped: false, begun: false };

export function advance(progress: JsonProgress, piece: string): JsonProgress {
  let { depth, inString, escaped, begun } = progress;
  for (let i = 0; i < piece.length; i++) {
    const code = piece.charCodeAt(i);
    if (escaped) escaped = false;
    else if (inString) {
      if (code === 0x5c) escaped = true;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) {
      inString = true;
      begun = true;
    } else if (code === 0x7b || code === 0x5b) {
      depth++;
      begun = true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return { depth, inString, escaped, begun };
}

export function isComplete({ depth, inString, begun }: JsonProgress): boolean {
  return begun && depth <= 0 && !inString;
}
