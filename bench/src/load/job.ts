export interface Target {
  readonly origin: string;
  readonly path: string;
  /** Name and value in turn. */
  readonly headers: readonly string[];
  readonly body: string;
}

/**
 * As fast as `concurrency` connections get answers, for `forMs`, but not fewer than `countMin` (a
 * machine may be busy with other things) and not more than `countMax`.
 */
export interface ClosedLoop {
  readonly kind: 'closed';
  readonly target: Target;
  readonly concurrency: number;
  readonly forMs: number;
  readonly countMin?: number;
  readonly countMax: number;
}

/** `perSecond` requests at even distances, whether the earlier ones are answered or not. */
export interface OpenLoop {
  readonly kind: 'open';
  readonly target: Target;
  readonly perSecond: number;
  readonly count: number;
}

/** What the load generator is asked to send. */
export type Job = ClosedLoop | OpenLoop;

export interface JobResult {
  readonly count: number;
  readonly wallMs: number;
  /** Of the answers' bodies. */
  readonly bytes: number;
  /** One a request, of open loops: until the first byte of the body, and until the last. */
  readonly firstByteMs: readonly number[];
  readonly totalMs: readonly number[];
}

export type JobReply =
  | { readonly type: 'done'; readonly result: JobResult }
  | { readonly type: 'failed'; readonly problem: string };
