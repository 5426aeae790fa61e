import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { adoptJournal, type Journal } from '@fluxrouter/journal';
import type { Log } from '@fluxrouter/service-kit/log';
import { type ShippingParts, shipAll, shipEvents } from './ship-events.ts';

export interface AdoptionOptions extends Omit<ShippingParts, 'journal'> {
  /** Of journals: this process's own is locked, as is that of each that lives, paused or not. */
  readonly directory: string;
  /** Turns what a journal's process left open into events; returns of how many. */
  closeOrphans(journal: Journal): number;
  /** A process that is started anew takes its own journal up sooner than that. */
  readonly everyMs: number;
}

export interface Adoption {
  /** Looks now; resolves with the number of entries that were closed as orphaned. */
  look(): Promise<number>;
  stop(): Promise<void>;
}

/** Events may be lost, for the first time and without a trace elsewhere: somebody has to know. */
export function tellDamaged(log: Log, aside: string, err: Error): void {
  const file = basename(aside);
  log.error({ file, err }, 'A journal was damaged and lies aside: its events are not on the bus');
}

/**
 * Journals whose process is dead and does not come back (fewer workers, another machine's volume): what
 * they left open becomes orphaned, what they had not shipped is shipped, under their lock.
 */
export function startAdoption(options: AdoptionOptions): Adoption {
  const { directory, everyMs, log } = options;
  /** Emptied by us, and not written to since. */
  const emptied = new Map<string, number>();
  let looking: Promise<number> = Promise.resolve(0);

  async function adopt(path: string): Promise<number> {
    const journal = adoptJournal(path, {
      maxBytes: Number.POSITIVE_INFINITY,
      onDamaged: (aside, err) => tellDamaged(log, aside, err),
    });
    if (journal === null) return 0;
    try {
      const orphans = options.closeOrphans(journal);
      await shipAll(shipEvents({ ...options, journal }));
      if (orphans > 0) log.warn({ orphans }, 'What a dead process had open was closed as orphaned');
      const { outboxEntries, openEntries } = journal.state();
      await journal.close();
      if (outboxEntries + openEntries === 0) emptied.set(path, statSync(path).mtimeMs);
      return orphans;
    } catch (error) {
      await journal.close();
      throw error;
    }
  }

  async function lookNow(): Promise<number> {
    let orphans = 0;
    for (const name of readdirSync(directory).filter((each) => each.endsWith('.sqlite'))) {
      const path = join(directory, name);
      try {
        if (emptied.get(path) !== statSync(path).mtimeMs) orphans += await adopt(path);
      } catch (err) {
        log.error({ journal: name, err }, 'A journal could not be adopted; it is tried again');
      }
    }
    return orphans;
  }

  const look = (): Promise<number> => {
    looking = looking.then(lookNow);
    return looking;
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  return {
    look,
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
