import { connect } from 'node:net';

/**
 * Metadata, version 4, of no topic, without a client id (https://kafka.apache.org/protocol#The_Messages_Metadata):
 * length, api key 3, version, correlation id, null, no topics, none to be made.
 */
const question = Buffer.from([0, 0, 0, 15, 0, 3, 0, 4, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0, 0]);
const patienceMs = 1_000;

/**
 * The cluster id of the broker that answers here: it listens only once it is unfenced and has read its
 * metadata. Undefined where nobody answers as a broker.
 */
export function clusterIdAt(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let heard = Buffer.alloc(0);
    const done = (answer: string | undefined) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(patienceMs, () => done(undefined));
    socket.once('connect', () => socket.write(question));
    socket.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes]);
      if (heard.length >= 4 && heard.length >= 4 + heard.readInt32BE(0)) done(clusterIdIn(heard));
    });
    socket.once('error', () => done(undefined));
    socket.once('close', () => done(undefined));
  });
}

/** Length, correlation id, throttle time, brokers (id, host, port, rack), cluster id. */
function clusterIdIn(answer: Buffer): string | undefined {
  let at = 12;
  const int32 = () => {
    at += 4;
    return answer.readInt32BE(at - 4);
  };
  const text = () => {
    const length = answer.readInt16BE(at);
    at += 2 + Math.max(0, length);
    return length < 0 ? undefined : answer.toString('utf8', at - length, at);
  };
  try {
    for (let brokers = int32(); brokers > 0; brokers -= 1) {
      int32();
      text();
      int32();
      text();
    }
    return text();
  } catch {
    // Somebody else's words, cut where they made no sense.
    return undefined;
  }
}
