/** The load generator: a process of its own, so that what it costs is nobody else's. */
import { Pool } from 'undici';
import { endWithParent } from '../processes/end-with-parent.ts';
import type { Job, JobReply } from './job.ts';
import { runJob } from './run-job.ts';

const openLoopConnections = 256;

/** Connections stay open from one job to the next, as clients' do. */
const pools = new Map<string, Pool>();

function poolFor(job: Job): Pool {
  const connections = job.kind === 'closed' ? job.concurrency : openLoopConnections;
  const { origin } = job.target;
  const key = `${origin} ${connections}`;
  const known = pools.get(key);
  if (known) return known;
  const pool = new Pool(origin, { connections, pipelining: 1, keepAliveTimeout: 60_000 });
  pools.set(key, pool);
  return pool;
}

process.on('message', (job: Job) => {
  const reply = (message: JobReply) => process.send?.(message);
  runJob(poolFor(job), job).then(
    (result) => reply({ type: 'done', result }),
    (error) => reply({ type: 'failed', problem: String(error) }),
  );
});
endWithParent();
process.send?.({ type: 'ready' });
