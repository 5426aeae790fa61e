import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import { ChunkWriter } from './chunk-writer.ts';

it('waits once for a slow reader, however often it is written to meanwhile', async () => {
  const responses: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    response.flushHeaders();
    responses.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.pause();
  client.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
  await expect.poll(() => responses.length).toBe(1);
  const [response] = responses as [ServerResponse];
  const writer = new ChunkWriter(response);
  const frame = Buffer.alloc(8_000, 'x');

  let resumed = 0;
  let refused = 0;
  while (refused < 30) {
    if (writer.write(frame)) continue;
    refused += 1;
    writer.onDrain(() => {
      resumed += 1;
    });
  }
  expect(response.socket?.listeners('drain').length).toBeLessThanOrEqual(2);
  client.resume();
  await expect.poll(() => resumed).toBe(1);
  while (writer.write(frame));
  writer.onDrain(() => {
    resumed += 1;
  });
  await expect.poll(() => resumed).toBe(2);

  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
