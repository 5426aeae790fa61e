import { Child } from '../processes/child.ts';
import type { Job, JobReply, JobResult } from './job.ts';

const timeoutMs = 180_000;

/** The load generator's process, as the benchmark sees it. One job at a time. */
export class LoadGenerator {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  static async start(): Promise<LoadGenerator> {
    return new LoadGenerator(await Child.start({ entry: 'load/generator.ts' }));
  }

  run(job: Job): Promise<JobResult> {
    const { process: child } = this.#child;
    return new Promise((resolve, reject) => {
      const answered = (reply: JobReply) => {
        clearTimeout(timeout);
        if (reply.type === 'done') resolve(reply.result);
        else reject(new Error(`the load generator met: ${reply.problem}`));
      };
      const timeout = setTimeout(() => {
        child.off('message', answered);
        reject(new Error(`a load took longer than ${timeoutMs} ms`));
      }, timeoutMs);
      child.once('message', answered);
      child.send(job);
    });
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}
