import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEventBusContract } from '../contract-suite.ts';
import { openEmbeddedBus } from './open-embedded-bus.ts';

describeEventBusContract('the embedded bus', async (topicBorn) => {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-bus-'));
  return {
    open: async () => openEmbeddedBus({ directory, topicBorn }),
    destroy: async () => rmSync(directory, { recursive: true }),
  };
});
