import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningProgram, startProgram } from '@fluxrouter/event-bus/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JournalLocked } from './journal.ts';
import { drain, durable, event, text } from './journal-fixture.ts';
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

it.each([
  ['a page in its middle', 8_192],
  ['its head', 0],
])('sets a journal aside that is damaged in %s, and begins anew', async (_what, at) => {
  const first = openJournal({ path, maxBytes });
  for (let i = 0; i < 50; i += 1) first.finish(null, [event('x'.repeat(1_000))]);
  await first.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(8_192, 0xee), 0, 8_192, at);
  closeSync(file);

  const damaged: string[] = [];
  const second = openJournal({ path, maxBytes, onDamaged: (aside) => damaged.push(aside) });
  expect(damaged).toHaveLength(1);
  expect(existsSync(damaged[0] ?? '')).toBe(true);
  second.finish(null, [event('goes on')]);
  await durable(second);
  expect(drain(second)).toHaveLength(1);
  await second.close();
});

it('is adopted when its owner is dead, not while it is paused', async () => {
  owner = startProgram(SERVE, { path, shippedPath: null, seed: 1, acknowledgements: null });
  await owner.waitForLine(/^begun/);
  expect(adoptJournal(path)).toBeNull();
  owner.signal('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(adoptJournal(path)).toBeNull();
  await owner.kill();
  const adopted = adoptJournal(path);
  expect(adopted?.recovered().length).toBeGreaterThan(0);
  expect(text(adopted?.recovered()[0]?.begun ?? Buffer.of())).toMatch(/^request [0-9.]+$/);
  await adopted?.close();
});
