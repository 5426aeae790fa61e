import { connectClickHouse } from '../clickhouse/connect.ts';

/** A process that has the engine's directory open until it is killed: `node directory-holder.ts <path>`. */
await connectClickHouse({ chdbPath: process.argv[2] });
process.stdout.write('open\n');
setInterval(() => {}, 60_000);
