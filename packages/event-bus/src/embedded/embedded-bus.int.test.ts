import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { outgoing } from '../contract/bus-under-test.ts';
import { describeEventBusContract } from '../contract-suite.ts';
import { openEmbeddedBus } from './open-embedded-bus.ts';

describeEventBusContract('the embedded bus', async (topicBorn) => {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-bus-'));
  return {
    open: async () => openEmbeddedBus({ directory, topicBorn }),
    destroy: async () => rmSync(directory, { recursive: true }),
  };
});

it('wakes readers in other instances, which do not have to poll for it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-bus-'));
  const [writer, reader] = [openEmbeddedBus({ directory }), openEmbeddedBus({ directory })];
  const topic = { name: 'topic', partitions: 1, cleanup: 'keep' } as const;
  await writer.ensureTopics([topic]);
  await reader.ensureTopics([topic]);
  let arrived = () => {};
  await reader.tail({ topic: 'topic', from: 'end', onRecords: () => arrived() });
  const before = performance.now();
  for (let i = 0; i < 20; i += 1) {
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await writer.append('topic', [outgoing('k', String(i))]);
    await arrival;
  }
  expect((performance.now() - before) / 20).toBeLessThan(100);
  await Promise.all([writer.close(), reader.close()]);
  rmSync(directory, { recursive: true });
});
