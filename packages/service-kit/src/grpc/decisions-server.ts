import type {
  DecideRequest,
  DecideResponse,
  DecisionFrame,
  DecisionFrames,
} from '@fluxrouter/generated/router';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Decisions } from './decisions-client.ts';
import { encodeFrameError } from './frame-error.ts';
import { toRpcError } from './rpc-error.ts';
import type { StreamHandler } from './serve.ts';
import { TurnBatch } from './turn-batch.ts';

export type Decide = (request: DecideRequest) => DecideResponse | Promise<DecideResponse>;

/** In one process: a call, with the errors that a caller would see over gRPC. */
export function decisionsInProcess(decide: Decide): Decisions {
  return {
    async decide(request) {
      try {
        return await decide(request);
      } catch (thrown) {
        throw toRpcError(thrown);
      }
    },
  };
}

/** The server's side of `Decisions`: `streams: { decisions: serveDecisions(decide) }`. */
export function serveDecisions(
  decide: Decide,
  onFault: (thrown: unknown) => void = () => {},
): StreamHandler {
  const handle = (stream: ServerDuplexStream<DecisionFrames, DecisionFrames>) => {
    let running = 0;
    let ended = false;
    const batch = new TurnBatch<DecisionFrame>((frames) => {
      if (stream.cancelled) return true;
      const more = stream.write({ frames });
      // A caller that does not read its answers is asked no further questions.
      if (!more) stream.pause();
      endWhenDone();
      return more;
    });
    const endWhenDone = () => {
      if (ended && running === 0 && batch.waiting === 0) stream.end();
    };
    const answer = (call: number, body: DecisionFrame['body']) => {
      running -= 1;
      batch.push({ call, body });
    };
    const run = async (request: DecideRequest) => decide(request);
    stream.on('data', ({ frames }: DecisionFrames) => {
      for (const { call, body } of frames) {
        if (body?.$case !== 'request') continue;
        running += 1;
        run(body.value).then(
          (value) => answer(call, { $case: 'response', value }),
          (thrown: unknown) => {
            const error = toRpcError(thrown);
            if (error !== thrown) onFault(thrown);
            answer(call, { $case: 'error', value: encodeFrameError(error) });
          },
        );
      }
    });
    stream.on('drain', () => {
      stream.resume();
      batch.resume();
    });
    stream.on('end', () => {
      ended = true;
      endWhenDone();
    });
    stream.on('error', () => {});
  };
  return handle as unknown as StreamHandler;
}
