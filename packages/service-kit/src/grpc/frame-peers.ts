import { Client, type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js';
import { clientOptions } from './options.ts';
import { fromGrpcError, RpcError } from './rpc-error.ts';
import { tokenMetadata } from './service-token.ts';

/** What runs on one stream to one peer. */
export interface FrameSession<Message> {
  /** Calls under way on it: the balance goes by it. */
  readonly load: number;
  /** The peer wants no more of them. */
  readonly draining: boolean;
  received(message: Message): void;
  /** After a write that returned false: write on. */
  writable(): void;
  /** The stream is gone, and with it every call on it. */
  lost(error: RpcError): void;
}

/** A session's way to its peer. */
export interface FrameWire<Message> {
  /** False: full; `writable` follows. */
  write(message: Message): boolean;
  /** Nothing more will be written; the peer ends the stream in turn. */
  end(): void;
}

/** A bidirectional method, as grpc-js describes it. */
export interface FrameMethod<Message> {
  readonly path: string;
  readonly requestSerialize: (message: Message) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Message;
}

export interface PeerAddresses {
  /** host:port of each process that serves it. */
  readonly addresses: readonly string[];
  readonly token: string;
  /** How long a call waits for a peer while none can be reached. 2 s by default. */
  readonly waitMs?: number;
}

/** Peers that calls are balanced over. */
export interface PeerConnection<Api> {
  readonly api: Api;
  /** How many of them can be talked to at this moment. */
  up(): number;
  close(): void;
}

/** To a hot peer that says nothing: one that is stopped or whose machine went away is found so. */
const keepAlive = { 'grpc.keepalive_time_ms': 5_000, 'grpc.keepalive_timeout_ms': 5_000 };
/** HTTP/2's, of all calls on a stream together; what one call may take is bounded by its own credit. */
const windowBytes = 1_048_576;
const defaultWaitMs = 2000;
/** A stream that broke is opened again so much later; twice as much each time it does not come up. */
const reopenMsMin = 50;
const reopenMsMax = 1000;

type Waiter<Session> = (found: Session | RpcError) => void;

/**
 * One long-lived stream to each of several processes that serve the same, always open: what breaks
 * is opened again with backoff. A call goes to the peer with the fewest; it waits for one, a short
 * time, only where none is up.
 */
export class FramePeers<Message, Session extends FrameSession<Message>> {
  readonly #peers: Peer<Message, Session>[];
  readonly #waitMs: number;
  readonly #waiting = new Set<Waiter<Session>>();
  #turn = 0;
  #closed: RpcError | null = null;

  constructor(
    { addresses, token, waitMs = defaultWaitMs }: PeerAddresses,
    method: FrameMethod<Message>,
    makeSession: (wire: FrameWire<Message>) => Session,
  ) {
    this.#waitMs = waitMs;
    const events: PeerEvents<Session> = {
      up: (session) => {
        for (const waiter of [...this.#waiting]) waiter(session);
      },
      down: () => {
        const refusal = this.#refusal();
        if (refusal !== null) for (const waiter of [...this.#waiting]) waiter(refusal);
      },
    };
    this.#peers = addresses.map((at) => new Peer(at, token, method, makeSession, events));
  }

  /** Peers that can be talked to at this moment. */
  get up(): number {
    return this.#peers.filter((peer) => peer.available !== null).length;
  }

  /** The peer with the fewest calls. */
  pick(): Session | null {
    const peers = this.#peers;
    let best: Session | null = null;
    for (let n = 0; n < peers.length; n += 1) {
      const session = peers[(this.#turn + n) % peers.length]?.available ?? null;
      if (session !== null && (best === null || session.load < best.load)) best = session;
    }
    this.#turn = (this.#turn + 1) % peers.length;
    return best;
  }

  /** Where `pick` has found none: the first that comes up, or why there is none. */
  whenUp(found: Waiter<Session>): void {
    const refusal = this.#refusal();
    if (refusal !== null) return found(refusal);
    const waiter: Waiter<Session> = (what) => {
      clearTimeout(timer);
      this.#waiting.delete(waiter);
      found(what);
    };
    const away = () => waiter(new RpcError('unavailable', 'no peer can be reached'));
    const timer = setTimeout(away, this.#waitMs);
    this.#waiting.add(waiter);
  }

  /** Who is refused by all would wait in vain; while another may come it is worth it. */
  #refusal(): RpcError | null {
    if (this.#closed !== null) return this.#closed;
    const refused = this.#peers.every(({ refusal }) => refusal !== null);
    return refused ? (this.#peers[0]?.refusal ?? null) : null;
  }

  close(): void {
    const error = new RpcError('cancelled', 'the connection was closed');
    this.#closed = error;
    for (const peer of this.#peers) peer.close();
    for (const waiter of [...this.#waiting]) waiter(error);
  }
}

interface PeerEvents<Session> {
  up(session: Session): void;
  down(): void;
}

const isRefusal = ({ code }: RpcError): boolean =>
  code === 'unauthenticated' || code === 'unimplemented';

class Peer<Message, Session extends FrameSession<Message>> {
  readonly #client: Client;
  readonly #metadata;
  readonly #method: FrameMethod<Message>;
  readonly #makeSession: (wire: FrameWire<Message>) => Session;
  readonly #events: PeerEvents<Session>;
  #session: Session | null = null;
  #stream: ClientDuplexStream<Message, Message> | null = null;
  /** The peer has taken the stream. */
  #up = false;
  #reopenMs = reopenMsMin;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** What it has said to the last stream, where it takes none of ours. */
  refusal: RpcError | null = null;

  constructor(
    address: string,
    token: string,
    method: FrameMethod<Message>,
    makeSession: (wire: FrameWire<Message>) => Session,
    events: PeerEvents<Session>,
  ) {
    this.#client = new Client(address, credentials.createInsecure(), {
      ...clientOptions,
      ...keepAlive,
      // A connection of its own: one peer's trouble is seen as that peer's.
      'grpc.use_local_subchannel_pool': 1,
      'grpc-node.flow_control_window': windowBytes,
    });
    this.#metadata = tokenMetadata(token);
    // The stream is asked for once, and is there when the peer is.
    this.#metadata.setOptions({ waitForReady: true });
    this.#method = method;
    this.#makeSession = makeSession;
    this.#events = events;
    this.#open();
  }

  get available(): Session | null {
    return this.#up && this.#session !== null && !this.#session.draining ? this.#session : null;
  }

  #open(): void {
    const { path, requestSerialize, responseDeserialize } = this.#method;
    const stream = this.#client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      this.#metadata,
    );
    const session = this.#makeSession({
      write: (message) => stream.write(message),
      end: () => stream.end(),
    });
    this.#stream = stream;
    this.#session = session;
    stream.on('metadata', () => {
      if (this.#session !== session) return;
      this.#up = true;
      this.refusal = null;
      this.#reopenMs = reopenMsMin;
      this.#events.up(session);
    });
    const lost = (error: RpcError) => {
      if (this.#session !== session) return;
      this.#session = null;
      this.#stream = null;
      this.#up = false;
      if (!this.#closed) this.#reopenLater();
      this.refusal = isRefusal(error) ? error : null;
      session.lost(error);
      this.#events.down();
    };
    stream.on('data', (message: Message) => {
      try {
        session.received(message);
      } catch {
        // Thrown on, it would end this process. Nothing that follows on the stream could be trusted.
        lost(new RpcError('internal', 'the peer has sent what cannot be read'));
        stream.cancel();
      }
    });
    stream.on('drain', () => session.writable());
    stream.on('error', (error) => lost(fromGrpcError(error as ServiceError)));
    stream.on('end', () => lost(new RpcError('unavailable', 'the peer has ended the stream')));
  }

  #reopenLater(): void {
    this.#timer = setTimeout(() => this.#open(), this.#reopenMs * (0.5 + Math.random() / 2));
    this.#timer.unref();
    this.#reopenMs = Math.min(reopenMsMax, 2 * this.#reopenMs);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    const session = this.#session;
    this.#session = null;
    this.#stream?.cancel();
    session?.lost(new RpcError('cancelled', 'the connection was closed'));
    this.#client.close();
  }
}
