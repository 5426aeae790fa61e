import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningProgram, seededRandom, startProgram } from '@fluxrouter/event-bus/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { drain, text } from './journal-fixture.ts';
import { openJournal } from './open-journal.ts';
import type { ServeForever } from './serve-forever.program.ts';

const SERVE = new URL('./serve-forever.program.ts', import.meta.url);
const ROUNDS = 5;
let directory = '';
let path = '';
let program: RunningProgram | null = null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-kill-'));
  path = join(directory, 'journal.sqlite');
});
afterEach(async () => {
  await program?.kill();
  program = null;
  rmSync(directory, { recursive: true });
});

/** Lets the server work for a while and kills it; returns what it had acknowledged. */
async function serveAndKill(shippedPath: string | null, seed: number): Promise<readonly string[]> {
  const argument: ServeForever = { path, shippedPath, seed };
  program = startProgram(SERVE, argument);
  await program.waitForLine(/^begun/);
  await new Promise((resolve) => setTimeout(resolve, seededRandom(seed)() * 200));
  await program.kill();
  return program.lines;
}

const requestsOf = (lines: readonly string[], what: string) =>
  lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));

it.each([11, 12, 13])('kept all it had acknowledged (seed %i)', async (seed) => {
  const lines = await serveAndKill(null, seed);
  const journal = openJournal({ path, maxBytes: 100_000_000 });
  const open = new Map(
    journal
      .recovered()
      .map(({ begun, updated }) => [
        text(begun).replace('request ', ''),
        updated === null ? null : text(updated),
      ]),
  );
  const events = drain(journal);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  const values = new Set(events.map(({ value }) => text(value).replace(/\.+$/, '')));
  const isFinished = (request: string) =>
    values.has(`${request} attempt`) && values.has(`${request} end`);

  for (const request of requestsOf(lines, 'finished')) expect(isFinished(request)).toBe(true);
  for (const request of requestsOf(lines, 'begun')) {
    expect(isFinished(request)).toBe(!open.has(request));
  }
  for (const request of requestsOf(lines, 'updated')) {
    if (!isFinished(request)) expect(open.get(request)).toBe(`headers ${request}`);
  }
  await journal.close();
});

it.each([21, 22])('ships everything, ends each request once (seed %i)', async (seed) => {
  const shippedPath = join(directory, 'shipped');
  const begun: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    begun.push(...requestsOf(await serveAndKill(shippedPath, seed * 100 + round), 'begun'));
  }
  const journal = openJournal({ path, maxBytes: 100_000_000 });
  const open = new Set(journal.recovered().map((entry) => text(entry.begun).split(' ')[1]));
  const left = drain(journal).map(({ sequence, value }) => {
    const [request, what] = text(value).replace(/\.+$/, '').split(' ');
    return `${sequence} ${request} ${what}`;
  });
  await journal.close();

  const shipped = readFileSync(shippedPath, 'utf8').trim().split('\n');
  expectGrowingFromKnown(shipped.map((line) => Number(line.split(' ')[0])));
  // A sequence number that was shipped twice is the same event both times.
  const bySequence = new Map<number, string>();
  for (const line of [...shipped, ...left]) {
    const [sequence, ...event] = line.split(' ');
    const known = bySequence.get(Number(sequence));
    expect(known ?? event.join(' ')).toBe(event.join(' '));
    bySequence.set(Number(sequence), event.join(' '));
  }
  expect([...bySequence.keys()].sort((a, b) => a - b)).toEqual(
    Array.from({ length: bySequence.size }, (_, i) => i + 1),
  );
  const endings = [...bySequence.values()].filter((event) => !event.endsWith(' attempt'));
  const ended = endings.map((event) => event.split(' ')[0] as string);
  expect(new Set(ended).size).toBe(ended.length);
  for (const request of begun) {
    expect(ended.includes(request) !== open.has(request)).toBe(true);
  }
});

/** It may go back (what was not known to be shipped comes again) but never skips ahead. */
function expectGrowingFromKnown(sequences: readonly number[]): void {
  let highest = 0;
  for (const sequence of sequences) {
    expect(sequence).toBeLessThanOrEqual(highest + 1);
    highest = Math.max(highest, sequence);
  }
}
