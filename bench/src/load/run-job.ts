import type { Dispatcher } from 'undici';
import type { ClosedLoop, Job, JobResult, OpenLoop } from './job.ts';
import { type Answered, send } from './send.ts';

export async function runJob(dispatcher: Dispatcher, job: Job): Promise<JobResult> {
  const startedAt = performance.now();
  return job.kind === 'closed'
    ? await runClosed(dispatcher, job, startedAt)
    : await runOpen(dispatcher, job, startedAt);
}

async function runClosed(
  dispatcher: Dispatcher,
  { target, concurrency, forMs, countMin = 0, countMax }: ClosedLoop,
  startedAt: number,
): Promise<JobResult> {
  let count = 0;
  let bytes = 0;
  const endAt = startedAt + forMs;
  const sendInTurn = async () => {
    while (count < countMax && (count < countMin || performance.now() < endAt)) {
      count += 1;
      bytes += (await send(dispatcher, target)).bytes;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sendInTurn));
  return { count, bytes, wallMs: performance.now() - startedAt, firstByteMs: [], totalMs: [] };
}

async function runOpen(
  dispatcher: Dispatcher,
  job: OpenLoop,
  startedAt: number,
): Promise<JobResult> {
  const answers = await Promise.all(await sendWhenDue(dispatcher, job, startedAt));
  return {
    count: job.count,
    wallMs: performance.now() - startedAt,
    bytes: answers.reduce((sum, { bytes }) => sum + bytes, 0),
    firstByteMs: answers.map(({ firstByteMs }) => firstByteMs),
    totalMs: answers.map(({ totalMs }) => totalMs),
  };
}

/** A request's time counts from when it was due, so a stall is not hidden by waiting for its end. */
function sendWhenDue(
  dispatcher: Dispatcher,
  { target, count, perSecond }: OpenLoop,
  startedAt: number,
): Promise<Promise<Answered>[]> {
  const distanceMs = 1000 / perSecond;
  const answers: Promise<Answered>[] = [];
  return new Promise((resolve, reject) => {
    const sendDue = () => {
      const now = performance.now();
      while (answers.length < count) {
        const dueAt = startedAt + answers.length * distanceMs;
        if (dueAt > now) break;
        const answer = send(dispatcher, target, dueAt);
        answer.catch(reject);
        answers.push(answer);
      }
      if (answers.length < count) setTimeout(sendDue, 1);
      else resolve(answers);
    };
    sendDue();
  });
}
