export { busyDelayMs, isBusy, whenNotBusy } from './busy.ts';
export { checkpointer } from './checkpointer.ts';
export { type FileLock, takeFileLock } from './lock-file.ts';
export { openDatabase } from './open-database.ts';
