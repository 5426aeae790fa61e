import { exitCodes } from '../exit-codes.ts';
import { HopelessError } from './supervisor.ts';

const triesMax = 4;

/**
 * Runs a system on ports that were free a moment ago. A process listens seconds after they were
 * chosen, with Kafka later still: where one finds its port taken meanwhile, all is started again on
 * ports that are chosen anew.
 */
export async function runOnFreePorts<Ports>(
  choose: () => Promise<Ports>,
  run: (ports: Ports) => Promise<void>,
  say: (sentence: string) => void,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run(await choose());
    } catch (error) {
      const lost = error instanceof HopelessError && error.exitCode === exitCodes.unavailable;
      if (!lost || tries === triesMax) throw error;
      say(`${error.process} found its port taken: all is started again, on other ports`);
    }
  }
}
