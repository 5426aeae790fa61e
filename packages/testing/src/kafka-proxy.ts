import { connect, createServer, type Socket } from 'node:net';

/**
 * Between Kafka's clients and a broker whose advertised listener is this proxy: passes all on, and cuts
 * a connection before the answer to a `Produce` where it is told to.
 */
export interface KafkaProxy {
  /** `host:port`, for KAFKA_BROKERS and for the broker's `advertised.listeners`. */
  readonly brokers: string;
  /** The answers to the next so many produce requests are lost, their records in the log. */
  loseReplies(count: number): void;
  /** Answers that were lost. */
  readonly lost: number;
  close(): Promise<void>;
}

const PRODUCE = 0;

/** @param ports its own, and the broker's: which need not be there yet. */
export async function startKafkaProxy(ports: {
  readonly own: number;
  readonly broker: number;
}): Promise<KafkaProxy> {
  const sockets = new Set<Socket>();
  let [wanted, lost] = [0, 0];

  function serve(client: Socket): void {
    const broker = connect({ host: '127.0.0.1', port: ports.broker });
    /** Correlation ids of produce requests without an answer yet. */
    const produced = new Set<number>();
    const both = [client, broker];
    const end = () => {
      for (const each of both) each.destroy();
    };
    for (const each of both) {
      sockets.add(each);
      each.setNoDelay(true);
      each.on('error', end);
      each.on('close', () => {
        sockets.delete(each);
        end();
      });
    }
    const requests = frames((frame) => {
      if (frame.readInt16BE(4) === PRODUCE) produced.add(frame.readInt32BE(8));
      broker.write(frame);
    });
    const answers = frames((frame) => {
      if (produced.delete(frame.readInt32BE(4)) && wanted > 0) {
        wanted -= 1;
        lost += 1;
        end();
      } else if (!client.destroyed) client.write(frame);
    });
    client.on('data', requests);
    broker.on('data', answers);
  }

  const server = createServer(serve);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(ports.own, '127.0.0.1', resolve);
  });
  return {
    brokers: `127.0.0.1:${ports.own}`,
    loseReplies(count) {
      wanted += count;
    },
    get lost() {
      return lost;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Kafka's frames: four bytes of length, then so many bytes. */
function frames(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= 4) {
      const length = 4 + held.readInt32BE(0);
      if (held.length < length) return;
      onFrame(held.subarray(0, length));
      held = held.subarray(length);
    }
  };
}
