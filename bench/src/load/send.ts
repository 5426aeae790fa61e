import type { Dispatcher } from 'undici';
import type { Target } from './job.ts';

/** Adds the times and sizes of answers; a request that fails ends the job. */
export interface Tally {
  readonly firstByteMs: number[];
  readonly totalMs: number[];
  bytes: number;
}

/** Sends one request and reads its answer to the end. `since`: when it was due. */
export function send(
  dispatcher: Dispatcher,
  target: Target,
  tally: Tally,
  since: number = performance.now(),
): Promise<void> {
  return new Promise((resolve, reject) => {
    let firstByteAt = 0;
    dispatcher.dispatch(
      {
        method: 'POST',
        path: target.path,
        headers: target.headers as string[],
        body: target.body,
      },
      {
        onRequestStart() {},
        onResponseStart(controller, status) {
          if (status !== 200) controller.abort(new Error(`answered ${status}`));
        },
        onResponseData(_controller, chunk) {
          if (firstByteAt === 0) firstByteAt = performance.now();
          tally.bytes += chunk.length;
        },
        onResponseEnd() {
          tally.firstByteMs.push(firstByteAt - since);
          tally.totalMs.push(performance.now() - since);
          resolve();
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}
