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

function start(options: Omit<ServeForever, 'path'>): RunningProgram {
  program = startProgram(SERVE, { path, ...options } satisfies ServeForever);
  return program;
}

/** What was acknowledged until it was killed: by itself, right after one of the first 300. */
async function linesUntilOwnDeath(seed: number): Promise<readonly string[]> {
  const acknowledgements = 1 + Math.floor(seededRandom(seed)() * 300);
  const server = start({ shippedPath: null, seed, acknowledgements });
  await expect(server.ended()).rejects.toThrow(/SIGKILL/);
  expect(server.lines).toHaveLength(acknowledgements);
  return server.lines;
}

async function linesUntilKilled(shippedPath: string, seed: number): Promise<readonly string[]> {
  const server = start({ shippedPath, seed, acknowledgements: null });
  await server.waitForLine(/^begun/);
  await new Promise((resolve) => setTimeout(resolve, seededRandom(seed)() * 300));
  await server.kill();
  return server.lines;
}

const requestsOf = (lines: readonly string[], what: string) =>
  lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));
const withoutPadding = (value: Uint8Array) => text(value).replace(/\.+$/, '');

it.each([11, 12, 13, 14, 15])('kept all it had acknowledged (seed %i)', async (seed) => {
  const lines = await linesUntilOwnDeath(seed);
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
  await journal.close();
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  const values = new Set(events.map(({ value }) => withoutPadding(value)));
  const isFinished = (request: string) =>
    values.has(`${request} attempt`) && values.has(`${request} end`);

  for (const request of requestsOf(lines, 'finished')) expect(isFinished(request)).toBe(true);
  for (const request of requestsOf(lines, 'begun')) {
    expect(isFinished(request)).toBe(!open.has(request));
  }
  for (const request of requestsOf(lines, 'updated')) {
    if (!isFinished(request)) expect(open.get(request)).toBe(`headers ${request}`);
  }
});

it.each([21, 22])('ships everything, ends each request once (seed %i)', async (seed) => {
  const shippedPath = join(directory, 'shipped');
  const begun: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    begun.push(...requestsOf(await linesUntilKilled(shippedPath, seed * 100 + round), 'begun'));
  }
  const journal = openJournal({ path, maxBytes: 100_000_000 });
  const open = new Set(journal.recovered().map((entry) => text(entry.begun).split(' ')[1]));
  const left = drain(journal).map(({ sequence, value }) => `${sequence} ${withoutPadding(value)}`);
  await journal.close();

  const shipped = readFileSync(shippedPath, 'utf8').trim().split('\n');
  expectNoneSkipped(shipped.map((line) => Number(line.split(' ')[0])));
  const events = [...eventsBySequence([...shipped, ...left]).values()];
  const ended = events.filter((event) => !event.endsWith(' attempt'));
  const requests = ended.map((event) => event.split(' ')[0] as string);
  expect(new Set(requests).size).toBe(requests.length);
  const isEnded = new Set(requests);
  expect(begun.filter((request) => isEnded.has(request) === open.has(request))).toEqual([]);
});

/** It may go back (what was not known to be shipped comes again) but never skips ahead. */
function expectNoneSkipped(sequences: readonly number[]): void {
  let highest = 0;
  for (const sequence of sequences) {
    expect(sequence).toBeLessThanOrEqual(highest + 1);
    highest = Math.max(highest, sequence);
  }
}

/** A sequence number that was shipped twice is the same event both times, and none is missing. */
function eventsBySequence(lines: readonly string[]): ReadonlyMap<number, string> {
  const events = new Map<number, string>();
  for (const line of lines) {
    const [sequence, ...words] = line.split(' ');
    const event = words.join(' ');
    expect(events.get(Number(sequence)) ?? event).toBe(event);
    events.set(Number(sequence), event);
  }
  expect([...events.keys()].sort((a, b) => a - b)).toEqual(
    Array.from({ length: events.size }, (_, i) => i + 1),
  );
  return events;
}
