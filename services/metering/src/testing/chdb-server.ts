import { untilSignal, watchParent } from '@fluxrouter/service-kit/lifecycle';
import { connectClickHouse } from '../clickhouse/connect.ts';
import { serveChdb } from '../serve-chdb.ts';

/**
 * The engine as a server of its own, for reads and writes: what stands in for a ClickHouse server where
 * no container can run. `node chdb-server.ts <directory> <port> <password>`; a line with its address tells that it is ready.
 */
const [chdbPath = '', port = '0', token = ''] = process.argv.slice(2);
const parent = process.ppid;
const clickhouse = await connectClickHouse({ chdbPath });
const server = await serveChdb({
  ...{ clickhouse, host: '127.0.0.1', port: Number(port), token, access: 'all' },
});
const parentGone = new Promise<void>((resolve) => watchParent({ parent, onGone: resolve }));
process.stdout.write(`${server.url}\n`);
await Promise.race([untilSignal(), parentGone]);
await server.close();
await clickhouse.close();
process.exit(0);
