export interface ParentWatchOptions {
  /** Called once, when the parent is gone. */
  onGone(): void;
  everyMs?: number;
  /** Seams for tests. */
  parentPid?: () => number;
}

/**
 * Notices the end of the process that started this one, a SIGKILL included: the channel to it closes
 * (where there is one), or this process gets another parent. Returns a function that ends the watch.
 */
export function watchParent(options: ParentWatchOptions): () => void {
  const { onGone, everyMs = 1000, parentPid = () => process.ppid } = options;
  const first = parentPid();
  const end = () => {
    clearInterval(timer);
    process.off('disconnect', gone);
  };
  const gone = () => {
    end();
    onGone();
  };
  const timer = setInterval(() => {
    if (parentPid() !== first) gone();
  }, everyMs);
  timer.unref();
  if (process.send !== undefined) process.once('disconnect', gone);
  return end;
}
