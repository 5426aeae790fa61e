import { type FSWatcher, watch } from 'node:fs';
import { isBusy } from '../sqlite/index.ts';

/** Looks after a burst of writes are this far apart; the first look of a burst is at once. */
const COALESCE_MS = 2;

/**
 * Calls `look` soon after a file was written to by any process. Misses are possible (the file may
 * be made anew under the same name): the bus's safety poll catches them.
 */
export class FileWatch {
  readonly #look: () => void;
  readonly #onError: (error: unknown) => void;
  #watcher: FSWatcher | null = null;
  #lastLookMs = 0;
  #scheduled = false;

  constructor(path: string, look: () => void, onError: (error: unknown) => void) {
    this.#look = look;
    this.#onError = onError;
    try {
      this.#watcher = watch(path, { persistent: false }, () => this.#changed());
      this.#watcher.on('error', (error) => {
        this.close();
        onError(error);
      });
    } catch (error) {
      onError(error);
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }

  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const restMs = this.#lastLookMs + COALESCE_MS - performance.now();
    if (restMs <= 0) setImmediate(this.#run);
    else setTimeout(this.#run, restMs).unref();
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    if (this.#watcher === null) return;
    this.#lastLookMs = performance.now();
    try {
      this.#look();
    } catch (error) {
      if (isBusy(error)) this.#changed();
      else this.#onError(error);
    }
  };
}
