import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually, type RunningProgram, startProgram } from '../testing/index.ts';
import { takeFileLock } from './lock-file.ts';

const HOLD_LOCK = new URL('./hold-lock.program.ts', import.meta.url);

let directory = '';
let path = '';
let holder: RunningProgram | null = null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-file-'));
  path = join(directory, 'x.lock');
});
afterEach(async () => {
  await holder?.kill();
  holder = null;
  rmSync(directory, { recursive: true });
});

async function heldByAnother(): Promise<RunningProgram> {
  holder = startProgram(HOLD_LOCK, path);
  await holder.waitForLine('held');
  return holder;
}

it('is held by one in this process, and free when released', () => {
  const lock = takeFileLock(path);
  expect(lock).not.toBeNull();
  expect(takeFileLock(path)).toBeNull();
  lock?.release();
  lock?.release();
  const again = takeFileLock(path);
  expect(again).not.toBeNull();
  again?.release();
});

it('is held against other processes, and free once they are killed', async () => {
  const other = await heldByAnother();
  expect(takeFileLock(path)).toBeNull();
  await other.kill();
  const lock = takeFileLock(path);
  expect(lock).not.toBeNull();
  lock?.release();
});

it('stays with an owner that is paused', async () => {
  const other = await heldByAnother();
  other.signal('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(takeFileLock(path)).toBeNull();
  other.signal('SIGCONT');
  await other.kill();
  await eventually('the lock', () => {
    const lock = takeFileLock(path);
    lock?.release();
    return lock !== null;
  });
});
