import { existsSync, renameSync } from 'node:fs';

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** The file is not what a journal writes. Only a power cut, a bad disk or an editor do that. */
export class JournalDamaged extends Error {
  override readonly name = 'JournalDamaged';
}

export function isDamage(error: unknown): error is Error {
  if (error instanceof JournalDamaged) return true;
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' && [SQLITE_CORRUPT, SQLITE_NOTADB].includes(code & 0xff);
}

/** Renames the files of a closed journal, for someone to look at; returns the new path. */
export function setAside(path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
  for (const suffix of ['', '-wal']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}
