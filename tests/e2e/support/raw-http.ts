import { connect, type Socket } from 'node:net';

/** Sends bytes as they are and gives back all that comes until the other side closes. */
export async function sendRaw(
  baseUrl: string,
  send: (socket: Socket) => void,
  timeoutMs = 20_000,
): Promise<string> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error('the gateway did not close')));
  return new Promise((resolve, reject) => {
    let received = '';
    socket.on('connect', () => send(socket));
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
    });
    socket.on('error', (error) => {
      if (received === '') reject(error);
      else resolve(received);
    });
    socket.on('close', () => resolve(received));
  });
}

export function post(path: string, headers: readonly string[], body = ''): string {
  return [`POST ${path} HTTP/1.1`, 'host: test', ...headers, '', body].join('\r\n');
}
