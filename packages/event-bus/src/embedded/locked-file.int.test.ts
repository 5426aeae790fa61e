import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { outgoing, valuesOf } from '../contract/bus-under-test.ts';
import { readAll } from '../contract/topic-contract.ts';
import type { EventBus } from '../port.ts';
import { openEmbeddedBus } from './open-embedded-bus.ts';

let directory = '';
let bus: EventBus;
let intruder: DatabaseSync;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'locked-file-'));
  bus = openEmbeddedBus({ directory });
  await bus.ensureTopics([{ name: 'topic', partitions: 1, cleanup: 'keep' }]);
  intruder = new DatabaseSync(join(directory, 'topics', 'topic.sqlite'));
});
afterEach(async () => {
  intruder.close();
  await bus.close();
  rmSync(directory, { recursive: true });
});

it('waits for a writer that takes long, without holding up the loop', async () => {
  intruder.exec('BEGIN IMMEDIATE');
  const order: string[] = [];
  const appended = [1, 2, 3].map((i) =>
    bus.append('topic', [outgoing('k', String(i))]).then(() => order.push(String(i))),
  );
  let longestTurnMs = 0;
  for (let i = 0; i < 50; i += 1) {
    const before = performance.now();
    await sleep(10);
    longestTurnMs = Math.max(longestTurnMs, performance.now() - before);
  }
  expect(order).toEqual([]);
  intruder.exec('COMMIT');
  await Promise.all(appended);
  expect(order).toEqual(['1', '2', '3']);
  expect(valuesOf(await readAll(bus, 'topic'))).toEqual(['1', '2', '3']);
  expect(longestTurnMs).toBeLessThan(400);
});

it('rejects a record that is too large for the format, and only that append', async () => {
  const bad = { key: 'k', value: Buffer.of(1), headers: { h: 'x'.repeat(70_000) } };
  const results = await Promise.allSettled([
    bus.append('topic', [outgoing('k', 'before')]),
    bus.append('topic', [outgoing('k', 'with it'), bad]),
    bus.append('topic', [outgoing('k', 'after')]),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(valuesOf(await readAll(bus, 'topic'))).toEqual(['before', 'after']);
});
