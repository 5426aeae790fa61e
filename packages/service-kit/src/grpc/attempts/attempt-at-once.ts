import type {
  AttemptBegin,
  AttemptEnd,
  AttemptHead,
  AttemptResult,
} from '@fluxrouter/generated/proxy';
import type { AttemptCall, ProviderProxyPort } from '../../attempts.ts';
import { RpcError } from '../rpc-error.ts';

/** What one message may hold: the rest of 8 MB is for the head. */
const ANSWER_BYTES_MAX = 7 * 1024 * 1024;

/** `Attempt`, for tools: begins, accepts, and answers with all of it when it has ended. */
export function attemptAtOnce(proxy: ProviderProxyPort) {
  return (begin: AttemptBegin, cancelled?: AbortSignal): Promise<AttemptResult> =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      let head: AttemptHead | undefined;
      let accepted = false;
      const call: AttemptCall = proxy.begin(begin, {
        head(what) {
          head = what;
        },
        data(chunk, output) {
          chunks.push(chunk);
          bytes += chunk.length;
          if (output && !accepted) {
            accepted = true;
            call.accept();
          }
          if (bytes > ANSWER_BYTES_MAX) {
            call.cancel('superseded');
            reject(new RpcError('resource_exhausted', 'the answer is too large for one message'));
          }
          return true;
        },
        end(end: AttemptEnd) {
          const finalBytes = Buffer.concat([...chunks, end.finalBytes as Buffer]);
          resolve({ head, end: { ...end, finalBytes } });
        },
        lost: () => reject(new RpcError('unavailable', 'the attempt was lost')),
      });
      cancelled?.addEventListener('abort', () => call.cancel('client_gone'), { once: true });
    });
}
