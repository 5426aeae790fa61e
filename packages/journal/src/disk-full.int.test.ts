import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '@fluxrouter/event-bus/testing';
import { expect, it } from 'vitest';
import { drain } from './journal-fixture.ts';
import { openJournal } from './open-journal.ts';

const FILL_DISK = new URL('./fill-disk.program.ts', import.meta.url);
const canLimit = spawnSync('prlimit', ['--version']).status === 0;

/** From now on no file of that process may grow beyond this; its writes fail as on a full disk. */
function limitFiles(pid: number, bytes: string): void {
  const { status, stderr } = spawnSync('prlimit', [
    '--pid',
    `${pid}`,
    `--fsize=${bytes}:unlimited`,
  ]);
  if (status !== 0) throw new Error(stderr.toString());
}

it.skipIf(!canLimit)('loses nothing when files cannot grow for a while', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'disk-full-'));
  const path = join(directory, 'journal.sqlite');
  const program = startProgram(FILL_DISK, path);
  try {
    await program.waitForLine('serving');
    limitFiles(program.pid, '1000000');
    await program.waitForLine(/^failing/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    limitFiles(program.pid, 'unlimited');
    const finished = Number((await program.waitForLine(/^finished/)).split(' ')[1]);
    await program.ended();
    expect(program.lines.filter((line) => line.startsWith('failing'))).toHaveLength(1);

    const journal = openJournal({ path, maxBytes: 1_000_000_000 });
    expect(journal.recovered()).toEqual([]);
    expect(drain(journal, 100).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: finished }, (_, i) => i + 1),
    );
    await journal.close();
  } finally {
    await program.kill();
    rmSync(directory, { recursive: true });
  }
});
