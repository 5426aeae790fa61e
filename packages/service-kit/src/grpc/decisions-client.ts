import {
  type DecideRequest,
  type DecideResponse,
  type DecisionFrame,
  type DecisionFrames,
  RouterService,
} from '@fluxrouter/generated/router';
import {
  Client,
  type ClientDuplexStream,
  connectivityState,
  credentials,
  type ServiceError,
} from '@grpc/grpc-js';
import type { ConnectOptions, GrpcConnection } from './connect.ts';
import { decodeFrameError } from './frame-error.ts';
import { clientOptions } from './options.ts';
import { PendingCalls } from './pending-calls.ts';
import { fromGrpcError, RpcError } from './rpc-error.ts';
import { tokenMetadata } from './service-token.ts';
import { TurnBatch } from './turn-batch.ts';

/** The hot way to the router: `decide`, as if it were in this process. */
export interface Decisions {
  decide(request: DecideRequest): Promise<DecideResponse>;
}

export interface DecisionsOptions extends Omit<ConnectOptions, 'deadlinesMs'> {
  pendingMax?: number;
}

/** A stream that broke is not opened again sooner: until then calls fail at once. */
const reopenAfterMs = 100;

/** Counts, flags and a name take a kilobyte or two; one that is larger would break the stream of all. */
const requestCharactersMax = 32_768;

type FrameStream = ClientDuplexStream<DecisionFrames, DecisionFrames>;

/**
 * Decisions over one long-lived stream: what one turn of the loop asks goes in one message. When the
 * stream breaks, the calls on it fail as `unavailable`, and the next call opens another.
 */
export function connectDecisions(options: DecisionsOptions): GrpcConnection<Decisions> {
  const { address, token, deadlineMs = 5000, pendingMax = 10_000 } = options;
  const client = new Client(address, credentials.createInsecure(), clientOptions);
  const metadata = tokenMetadata(token);
  const pending = new PendingCalls<DecideResponse>({ deadlineMs, most: pendingMax });
  let open: { stream: FrameStream; batch: TurnBatch<DecisionFrame> } | undefined;
  let reopenAt = 0;

  function openStream() {
    const { path, requestSerialize, responseDeserialize } = RouterService.decisions;
    const stream: FrameStream = client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadata,
    );
    const batch = new TurnBatch<DecisionFrame>((frames) => stream.write({ frames }));
    const opened = { stream, batch };
    const lost = (error: RpcError) => {
      if (open !== opened) return;
      open = undefined;
      reopenAt = performance.now() + reopenAfterMs;
      pending.rejectAll(error);
    };
    stream.on('data', ({ frames }: DecisionFrames) => {
      for (const frame of frames) settle(frame);
    });
    stream.on('drain', () => batch.resume());
    stream.on('error', (error) => lost(fromGrpcError(error as ServiceError)));
    stream.on('end', () => lost(new RpcError('unavailable', 'the router has ended the stream')));
    return opened;
  }

  function settle({ call, body }: DecisionFrame): void {
    if (body?.$case === 'response') pending.resolve(call, body.value);
    else if (body?.$case === 'error') pending.reject(call, decodeFrameError(body.value));
  }

  return {
    api: {
      async decide(request) {
        if (open === undefined && performance.now() < reopenAt) {
          throw new RpcError('unavailable', 'the router cannot be reached');
        }
        if (request.requestedModel.length + request.factsJson.length > requestCharactersMax) {
          throw new RpcError('invalid_argument', 'the request is too large to be decided on');
        }
        open ??= openStream();
        const { call, answer } = pending.add();
        open.batch.push({ call, body: { $case: 'request', value: request } });
        return answer;
      },
    },
    connected: () => client.getChannel().getConnectivityState(true) === connectivityState.READY,
    close() {
      const { stream } = open ?? {};
      open = undefined;
      pending.rejectAll(new RpcError('cancelled', 'the connection was closed'));
      stream?.cancel();
      client.close();
    },
  };
}
