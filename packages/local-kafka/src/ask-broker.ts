import { connect } from 'node:net';

/**
 * ApiVersions, version 0, without a client id (https://kafka.apache.org/protocol#The_Messages_ApiVersions):
 * length, api key 18, version, correlation id, null.
 */
const question = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
const patienceMs = 1_000;

/** Whether a broker answers here: it listens only once it is unfenced and has read its metadata. */
export function answersAsBroker(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(patienceMs, () => done(false));
    socket.once('connect', () => socket.write(question));
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}
