export interface ParentWatchOptions {
  /** Called once, when the parent is gone. */
  onGone(): void;
  everyMs?: number;
  /** Who it was, where some time has passed since the start. */
  parent?: number;
  /** Seams for tests. */
  parentPid?: () => number;
}

/**
 * Notices the end of the process that started this one, a SIGKILL included: the channel to it closes
 * (where there is one), or this process gets another parent. Returns a function that ends the watch.
 */
export function watchParent(options: ParentWatchOptions): () => void {
  const { onGone, everyMs = 1000, parentPid = () => process.ppid } = options;
  const { parent = parentPid() } = options;
  const end = () => {
    clearInterval(timer);
    process.off('disconnect', gone);
  };
  const gone = () => {
    end();
    onGone();
  };
  const timer = setInterval(() => {
    if (parentPid() !== parent) gone();
  }, everyMs);
  timer.unref();
  if (process.send !== undefined) {
    process.once('disconnect', gone);
    // It may have gone while this process was still loading.
    if (!process.connected) setImmediate(gone);
  }
  return end;
}
