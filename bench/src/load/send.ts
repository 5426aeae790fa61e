import type { Dispatcher } from 'undici';
import type { Target } from './job.ts';

/** One answer that was read to its end. */
export interface Answered {
  readonly firstByteMs: number;
  readonly totalMs: number;
  readonly bytes: number;
}

/** Sends one request. The times count from `since`, when it was due. */
export function send(
  dispatcher: Dispatcher,
  target: Target,
  since: number = performance.now(),
): Promise<Answered> {
  const { path, body } = target;
  return new Promise((resolve, reject) => {
    let firstByteAt = 0;
    let bytes = 0;
    dispatcher.dispatch(
      { method: 'POST', path, headers: [...target.headers], body },
      {
        onRequestStart() {},
        onResponseStart(controller, status) {
          if (status !== 200) controller.abort(new Error(`answered ${status}`));
        },
        onResponseData(_controller, chunk) {
          if (bytes === 0) firstByteAt = performance.now();
          bytes += chunk.length;
        },
        onResponseEnd() {
          const totalMs = performance.now() - since;
          resolve({ firstByteMs: firstByteAt - since, totalMs, bytes });
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}
