/**
 * One server-sent event before it is bytes. `opening` and `delta` frames are sent as they come;
 * from the first `closing` one on, everything is booked first and then sent at once.
 */
export interface Frame {
  readonly kind: 'opening' | 'delta' | 'closing' | 'terminal';
  /** The `event:` line; chat completions have none. */
  readonly event?: string;
  readonly data: string;
  /** The usage that this frame reports, as it is written in it. */
  readonly usage?: unknown;
}

/** The frame as bytes-to-be, with the line ends of the directive. */
export function frameText(frame: Frame, lineEnding: '\n' | '\r\n'): string {
  const event = frame.event === undefined ? '' : `event: ${frame.event}${lineEnding}`;
  return `${event}data: ${frame.data}${lineEnding}${lineEnding}`;
}
