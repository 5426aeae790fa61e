/** For a process of the benchmark: ends it when it is told to, or when the benchmark is gone. */
export function endWithParent(close: () => void | Promise<void> = () => {}): void {
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    await close();
    process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('disconnect', end);
  // Ctrl-C reaches the whole group; the benchmark stops its children in order.
  process.on('SIGINT', () => {});
}
