import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { DataDirError } from './data-dir-error.ts';

/** Writes a file that only its owner may read: whole or not at all, whenever the process dies. */
export function writeSecretFile(path: string, content: object): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(file, `${JSON.stringify(content, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** Undefined where there is none. Throws where it is no JSON. */
export function readSecretFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DataDirError(
      `${path} cannot be read. Repair it, or move it away: then new secrets are made, and old keys no longer work.`,
    );
  }
}

export function removeFile(path: string): void {
  rmSync(path, { force: true });
}
