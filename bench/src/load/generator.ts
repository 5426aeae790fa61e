/** The load generator: a process of its own, so that what it costs is nobody else's. */
import { Pool } from 'undici';
import { endWithParent } from '../processes/end-with-parent.ts';
import type { ClosedLoop, Job, JobReply, JobResult, OpenLoop } from './job.ts';
import { send, type Tally } from './send.ts';

const openConnections = 256;

async function runClosed(pool: Pool, job: ClosedLoop, tally: Tally): Promise<void> {
  let sent = 0;
  const sendInTurn = async () => {
    while (sent < job.count) {
      sent += 1;
      await send(pool, job.target, tally);
    }
  };
  await Promise.all(Array.from({ length: job.concurrency }, sendInTurn));
}

function runOpen(pool: Pool, job: OpenLoop, tally: Tally): Promise<unknown> {
  const startedAt = performance.now();
  const distanceMs = 1000 / job.perSecond;
  const answers: Promise<void>[] = [];
  return new Promise((resolve, reject) => {
    const sendDue = () => {
      const now = performance.now();
      // Measured from when it was due: a stall of the gateway is not hidden by waiting for it.
      for (; answers.length < job.count; ) {
        const dueAt = startedAt + answers.length * distanceMs;
        if (dueAt > now) break;
        const answer = send(pool, job.target, tally, dueAt);
        answer.catch(reject);
        answers.push(answer);
      }
      if (answers.length < job.count) setTimeout(sendDue, 1);
      else Promise.all(answers).then(resolve, reject);
    };
    sendDue();
  });
}

/** Connections stay open from one job to the next, as clients' do. */
const pools = new Map<string, Pool>();

function poolFor(job: Job): Pool {
  const connections = job.kind === 'closed' ? job.concurrency : openConnections;
  const key = `${job.target.origin} ${connections}`;
  let pool = pools.get(key);
  if (!pool) {
    pool = new Pool(job.target.origin, { connections, pipelining: 1, keepAliveTimeout: 60_000 });
    pools.set(key, pool);
  }
  return pool;
}

async function run(job: Job): Promise<JobResult> {
  const tally: Tally = { firstByteMs: [], totalMs: [], bytes: 0 };
  const startedAt = performance.now();
  const pool = poolFor(job);
  if (job.kind === 'closed') await runClosed(pool, job, tally);
  else await runOpen(pool, job, tally);
  return { ...tally, wallMs: performance.now() - startedAt };
}

process.on('message', (job: Job) => {
  const reply = (message: JobReply) => process.send?.(message);
  run(job).then(
    (result) => reply({ type: 'done', result }),
    (error) => reply({ type: 'failed', problem: String(error) }),
  );
});
endWithParent();
process.send?.({ type: 'ready' });
