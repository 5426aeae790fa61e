import {
  type DecideRequest,
  type DecideResponse,
  type DecisionFrame,
  type DecisionFrames,
  RouterService,
} from '@fluxrouter/generated/router';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Decisions } from './decisions-client.ts';
import { encodeFrameError } from './frame-error.ts';
import { toRpcError } from './rpc-error.ts';
import type { ServedService, StreamHandler } from './serve.ts';
import { TurnBatch } from './turn-batch.ts';
import type { UnaryApi } from './unary-api.ts';

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

export interface DecisionsService extends ServedService {
  /** Answers what has been asked, and ends all streams: callers go elsewhere. */
  drain(): void;
}

/** The router's unary methods beside `Decide`. */
export type DecisionTools = Omit<UnaryApi<typeof RouterService>, 'decide'>;

/** The server's side of `Decisions`, and of the unary methods for tools. */
export function serveDecisions(
  decide: Decide,
  tools: DecisionTools,
  onFault: (thrown: unknown) => void = () => {},
): DecisionsService {
  const drains = new Set<() => void>();
  let draining = false;
  const run = async (request: DecideRequest) => decide(request);
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
      if (!ended || running > 0 || batch.waiting > 0) return;
      drains.delete(end);
      stream.end();
    };
    const end = () => {
      ended = true;
      endWhenDone();
    };
    drains.add(end);
    const answer = (call: number, body: DecisionFrame['body']) => {
      running -= 1;
      batch.push({ call, body });
    };
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
    stream.on('end', end);
    stream.on('cancelled', () => drains.delete(end));
    stream.on('error', () => drains.delete(end));
    if (draining) end();
  };
  return {
    definition: RouterService,
    implementation: { ...tools, decide: run },
    streams: { decisions: handle as unknown as StreamHandler },
    drain() {
      draining = true;
      for (const end of [...drains]) end();
    },
  };
}
