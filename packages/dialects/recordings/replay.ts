import { FrameSplitter } from '@fluxrouter/sse';
import { type Dialect, DROP, type FrameVerdict, type StreamSnapshot } from '../src/index.ts';

export interface Replay {
  /** What a client gets. */
  readonly output: Buffer;
  readonly verdicts: readonly FrameVerdict[];
  readonly snapshot: StreamSnapshot;
  readonly end: 'complete' | 'unterminated' | 'cut';
  readonly betweenFrames: boolean;
}

/** Passes chunks of a stream on as a gateway does. For tests only. */
export function replay(
  dialect: Dialect,
  chunks: readonly Buffer[],
  options = { clientWantsUsage: false },
): Replay {
  const splitter = new FrameSplitter();
  const observer = dialect.createObserver(options);
  const output: Buffer[] = [];
  const verdicts: FrameVerdict[] = [];
  for (const chunk of chunks) {
    for (const { bytes, ends } of splitter.push(chunk)) {
      let start = 0;
      for (const end of ends) {
        const verdict = observer.frame(bytes, start, end);
        verdicts.push(verdict);
        if ((verdict & DROP) === 0) output.push(bytes.subarray(start, end));
        start = end;
      }
      if (ends.length === 0) output.push(bytes);
    }
  }
  const end = observer.end();
  // Half a frame is dropped by every client, and would swallow what we write after it.
  const tail = splitter.end();
  if (end === 'complete') output.push(...tail.map(({ bytes }) => bytes));
  return {
    output: Buffer.concat(output),
    verdicts,
    snapshot: { ...observer.snapshot },
    end,
    betweenFrames: splitter.betweenFrames,
  };
}
