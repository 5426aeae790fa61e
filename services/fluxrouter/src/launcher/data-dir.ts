import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FileLock, takeFileLock } from '@fluxrouter/event-bus/sqlite';
import { DataDirError } from './data-dir-error.ts';

/** Makes the directory, for its owner only, and takes the lock that keeps a second launcher out. */
export function openDataDir(path: string): FileLock {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DataDirError(`DATA_DIR: ${path} cannot be made or written to (${code}).`);
  }
  const lock = takeFileLock(join(path, 'launcher.lock'));
  if (lock !== null) return lock;
  throw new DataDirError(
    `DATA_DIR: ${path} is in use by another FluxRouter. Stop it, or set DATA_DIR to another directory.`,
    true,
  );
}
