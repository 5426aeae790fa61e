import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningProgram, startProgram } from '@fluxrouter/event-bus/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JournalLocked } from './journal.ts';
import { text } from './journal-fixture.ts';
import { adoptJournal, openJournal } from './open-journal.ts';

const SERVE = new URL('./serve-forever.program.ts', import.meta.url);
const maxBytes = 10_000_000;
let directory = '';
let path = '';
let owner: RunningProgram | null = null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'open-journal-'));
  path = join(directory, 'gateway', 'journal.sqlite');
});
afterEach(async () => {
  await owner?.kill();
  owner = null;
  rmSync(directory, { recursive: true });
});

it('has one owner at a time', async () => {
  const journal = openJournal({ path, maxBytes });
  expect(() => openJournal({ path, maxBytes })).toThrow(JournalLocked);
  expect(adoptJournal(path)).toBeNull();
  await journal.close();
  await openJournal({ path, maxBytes }).close();
});

it('does not make a journal by adopting it', () => {
  expect(adoptJournal(path)).toBeNull();
  expect(existsSync(path)).toBe(false);
});

it('is adopted when its owner is dead, not while it is paused', async () => {
  owner = startProgram(SERVE, { path, shippedPath: null, seed: 1 });
  await owner.waitForLine(/^begun/);
  expect(adoptJournal(path)).toBeNull();
  owner.signal('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(adoptJournal(path)).toBeNull();
  await owner.kill();
  const adopted = adoptJournal(path);
  expect(adopted?.recovered().length).toBeGreaterThan(0);
  expect(text(adopted?.recovered()[0]?.begun ?? Buffer.of())).toMatch(/^request \d+$/);
  await adopted?.close();
});
