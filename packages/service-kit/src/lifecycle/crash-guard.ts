import type { Log } from '../log.ts';

/**
 * A bug that nobody caught ends the process, with a line that says so: a state that nobody thought
 * of is not one to serve from. The launcher starts the process anew, its journal tells what was
 * running.
 */
export function exitOnCrash(log: Log): void {
  const end = (sentence: string) => (err: unknown) => {
    log.fatal({ err: err instanceof Error ? err : new Error(typeof err) }, sentence);
    process.exit(1);
  };
  process.on('uncaughtException', end('An exception was not caught'));
  process.on('unhandledRejection', end('A rejection was not handled'));
}
