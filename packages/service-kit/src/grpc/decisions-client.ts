import {
  type DecideRequest,
  type DecideResponse,
  type DecisionFrame,
  type DecisionFrames,
  RouterService,
} from '@fluxrouter/generated/router';
import { decodeFrameError } from './frame-error.ts';
import {
  FramePeers,
  type FrameSession,
  type FrameWire,
  type PeerAddresses,
  type PeerConnection,
} from './frame-peers.ts';
import { PendingCalls } from './pending-calls.ts';
import { Rest } from './rest.ts';
import { RpcError } from './rpc-error.ts';
import { TurnBatch } from './turn-batch.ts';

/** The hot way to the router: `decide`, as if it were in this process. */
export interface Decisions {
  decide(request: DecideRequest): Promise<DecideResponse>;
}

export interface DecisionsOptions extends PeerAddresses {
  /** Of each call; 5 s by default. */
  readonly deadlineMs?: number;
  /** Calls under way on one stream; more are refused. */
  readonly pendingMax?: number;
}

/** Counts, flags and a name take a kilobyte or two; one that is larger would break the stream of all. */
const requestBytesMax = 32_768;

/**
 * Decisions over one long-lived stream to each router: what one turn of the loop asks goes in one
 * message. A question whose router went, or has not answered in half of the time, is put to another, once: a
 * decision changes nothing.
 */
export function connectDecisions(options: DecisionsOptions): PeerConnection<Decisions> {
  const { deadlineMs = 5000, pendingMax = 10_000 } = options;
  // A router that is stopped, or whose machine is gone, is found out by keep-alive in ten seconds: nobody
  // waits for it who can ask another.
  const hasOthers = options.addresses.length > 1;
  const eachMs = hasOthers ? deadlineMs / 2 : deadlineMs;
  const peers = new FramePeers<DecisionFrames, DecisionsSession>(
    options,
    RouterService.decisions,
    (wire) => new DecisionsSession(wire, eachMs, pendingMax),
  );
  const ask = (request: DecideRequest): Promise<DecideResponse> => {
    const session = peers.pick();
    if (session !== null) return session.ask(request);
    return new Promise((resolve, reject) => {
      peers.whenUp((found) => {
        if (found instanceof RpcError) reject(found);
        else found.ask(request).then(resolve, reject);
      });
    });
  };
  return {
    api: {
      async decide(request) {
        if (bytesOf(request) > requestBytesMax) {
          throw new RpcError('invalid_argument', 'the request is too large to be decided on');
        }
        try {
          return await ask(request);
        } catch (error) {
          if (error instanceof LostQuestion || (hasOthers && isLate(error))) return ask(request);
          throw error;
        }
      },
    },
    up: () => peers.up,
    close: () => peers.close(),
  };
}

const bytesOf = ({ requestedModel, factsJson }: DecideRequest): number =>
  Buffer.byteLength(requestedModel) + Buffer.byteLength(factsJson);

/** Others come before a router that did not answer in time, for so long. */
const LATE_REST_MS = 5000;

const isLate = (error: unknown): boolean =>
  error instanceof RpcError && error.code === 'deadline_exceeded';

/** Its router went before it answered. */
class LostQuestion extends RpcError {}

class DecisionsSession implements FrameSession<DecisionFrames> {
  readonly draining = false;
  readonly #pending: PendingCalls<DecideResponse>;
  readonly #batch: TurnBatch<DecisionFrame>;
  readonly #rest = new Rest(LATE_REST_MS);

  constructor(wire: FrameWire<DecisionFrames>, deadlineMs: number, most: number) {
    this.#pending = new PendingCalls({ deadlineMs, most });
    this.#batch = new TurnBatch((frames) => wire.write({ frames }));
  }

  get load(): number {
    return this.#rest.loadOf(this.#pending.size);
  }

  async ask(request: DecideRequest): Promise<DecideResponse> {
    const { call, answer } = this.#pending.add();
    this.#batch.push({ call, body: { $case: 'request', value: request } });
    try {
      return await answer;
    } catch (error) {
      if (isLate(error)) this.#rest.begin();
      throw error;
    }
  }

  received({ frames }: DecisionFrames): void {
    for (const { call, body } of frames) {
      if (body?.$case === 'response') this.#pending.resolve(call, body.value);
      else if (body?.$case === 'error') this.#pending.reject(call, decodeFrameError(body.value));
    }
  }

  writable(): void {
    this.#batch.resume();
  }

  lost({ code, message }: RpcError): void {
    this.#pending.rejectAll(new LostQuestion(code, message));
  }
}
