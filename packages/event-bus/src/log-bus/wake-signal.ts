/** Lets one loop sleep until there is something to do; a wake that comes first is not lost. */
export class WakeSignal {
  #woken = false;
  #resolve: (() => void) | null = null;

  wake(): void {
    this.#woken = true;
    this.#resolve?.();
  }

  /** The timer does not keep the process alive. */
  async wait(timeoutMs: number | null): Promise<void> {
    if (!this.#woken) {
      let timer: NodeJS.Timeout | null = null;
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        if (timeoutMs !== null) timer = setTimeout(resolve, timeoutMs).unref();
      });
      if (timer !== null) clearTimeout(timer);
      this.#resolve = null;
    }
    this.#woken = false;
  }
}
