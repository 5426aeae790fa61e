import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { outgoing, text } from '../contract/bus-under-test.ts';
import { partitionOfKey } from '../key-partition.ts';
import type { TopicSpec } from '../port.ts';
import { seededRandom } from '../testing/index.ts';
import { defaultTopicBorn } from '../topic-shape.ts';
import { compactTopic } from './compaction.ts';
import { TopicFile } from './topic-file.ts';

const spec: TopicSpec = { name: 'keys', partitions: 3, cleanup: 'compact' };
const ALL = 1_000_000;
let directory = '';
let topic: TopicFile;

function openTopic(): TopicFile {
  const failed = (error: unknown) => {
    throw error;
  };
  return new TopicFile(join(directory, 'keys.sqlite'), spec, defaultTopicBorn, failed);
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'compaction-'));
  topic = openTopic();
});
afterEach(async () => {
  await topic.close();
  rmSync(directory, { recursive: true });
});

const read = (partition: number, from = 0) => topic.read(partition, from, ALL, ALL);
const compact = () => compactTopic(topic, new AbortController().signal);

it('keeps the last record of each key under its old offset, and TopicBorn', async () => {
  const random = seededRandom(7);
  const last = new Map<string, { place: string; value: string }>();
  for (let i = 0; i < 200; i += 1) {
    const records = Array.from({ length: 5 }, (_, j) =>
      outgoing(`key${Math.floor(random() * 20)}`, `${i}/${j}`),
    );
    const positions = await topic.append(records);
    records.forEach(({ key, value }, j) => {
      const { partition, offset } = positions[j] ?? { partition: -1, offset: -1n };
      last.set(key, { place: `${partition}/${offset}`, value: text(value) });
    });
  }
  const ends = [...topic.ends];
  expect(await compact()).toBe(20 + 3);
  await topic.close();
  topic = openTopic();
  topic.check();
  expect(topic.ends).toEqual(ends);

  const survivors = [0, 1, 2].flatMap((partition) => read(partition).slice(1));
  const found = new Map(
    survivors.map(({ key, partition, offset, value }) => [
      key,
      { place: `${partition}/${offset}`, value: text(value) },
    ]),
  );
  expect(found).toEqual(last);
  for (const partition of [0, 1, 2]) {
    expect(read(partition)[0]).toMatchObject({ offset: 0n, headers: { type: 'TopicBorn' } });
  }
});

it('lets readers begin inside a gap', async () => {
  const partition = partitionOfKey('k', 3);
  for (let i = 1; i <= 50; i += 1) await topic.append([outgoing('k', String(i))]);
  await compact();
  for (const from of [1, 17, 49, 50]) {
    expect(read(partition, from).map(({ offset }) => offset)).toEqual([50n]);
  }
  expect(read(partition, 51)).toEqual([]);
});

it('runs by itself when much was appended', async () => {
  const partition = partitionOfKey('k', 3);
  for (let i = 0; i < 30; i += 1) {
    await topic.append(Array.from({ length: 50 }, (_, j) => outgoing('k', `${i}/${j}`)));
  }
  await topic.close();
  topic = openTopic();
  expect(read(partition).length).toBeLessThan(1_400);
});

it('goes on while another instance appends', async () => {
  const other = openTopic();
  const appends = Array.from({ length: 100 }, (_, i) => other.append([outgoing('k', String(i))]));
  await compact();
  const positions = (await Promise.all(appends)).flat();
  await compact();
  const partition = partitionOfKey('k', 3);
  expect(read(partition).at(-1)).toMatchObject({ offset: positions.at(-1)?.offset });
  expect(read(partition)).toHaveLength(2);
  await other.close();
});
