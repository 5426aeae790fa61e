import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Beside the range of outgoing connections: a broker that is started anew finds its port free. */
const from = 20_000;
const to = 32_000;

/** A port was free when it was chosen, and is not when it is wanted: somebody else was faster. */
export class PortTakenError extends Error {
  readonly port: number;

  constructor(port: number) {
    super(`Kafka cannot listen on port ${port} of 127.0.0.1: it is in use`);
    this.name = 'PortTakenError';
    this.port = port;
  }
}

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = randomInt(from, to);
    if (await canListen(port)) return port;
  }
  throw new Error('no free port was found on 127.0.0.1');
}

export function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    const listening = () => server.close(() => resolve(true));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, listening);
  });
}
