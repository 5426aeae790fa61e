// needs: java, maven
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type LocalKafka, startLocalKafka } from '@fluxrouter/local-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendThrough } from '../contract/append-through.ts';
import { keepTopic } from '../contract/bus-under-test.ts';
import { openKafkaBus } from './open-kafka-bus.ts';

const BROKERS = [1, 2, 3] as const;

let directory: string;
const brokers: LocalKafka[] = [];

/** One cluster of three, as many machines have it: the first is the controller too. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kafka-cluster-'));
  const controllerPort = await freePort();
  for (const id of BROKERS) {
    const own = join(directory, String(id));
    const port = await freePort();
    if (id !== 1) joinCluster(own, id);
    const controller = `CONTROLLER://127.0.0.1:${controllerPort}`;
    const properties = {
      'node.id': String(id),
      'process.roles': id === 1 ? 'broker,controller' : 'broker',
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      listeners: `PLAINTEXT://127.0.0.1:${port}${id === 1 ? `,${controller}` : ''}`,
      'default.replication.factor': '3',
      'min.insync.replicas': '2',
      'offsets.topic.replication.factor': '3',
    };
    brokers.push(await startLocalKafka({ directory: own, port, properties }));
  }
}, 600_000);
afterAll(async () => {
  // Those without a controller cannot end in order.
  for (const broker of brokers.toReversed()) await broker.stop();
  rmSync(directory, { recursive: true, force: true });
}, 120_000);

/** What formatting would write, under the id of the first broker's cluster. */
function joinCluster(own: string, id: number): void {
  const known = readFileSync(join(directory, '1', 'data', 'meta.properties'), 'utf8');
  const clusterId = /^cluster\.id=(\S+)$/m.exec(known)?.[1];
  mkdirSync(join(own, 'data'), { recursive: true });
  const lines = ['version=1', `cluster.id=${clusterId}`, `node.id=${id}`];
  writeFileSync(join(own, 'data', 'meta.properties'), `${lines.join('\n')}\n`);
}

describe('a cluster of three brokers', () => {
  it('loses nothing that was acknowledged while leaders move', { timeout: 400_000 }, async () => {
    const bus = openKafkaBus({
      ...{ brokers: brokers.map((each) => each.brokers) },
      ...{ sessionTimeoutMs: 3_000, heartbeatEveryMs: 100 },
    });
    try {
      const topic = keepTopic(6);
      await bus.ensureTopics([topic]);
      const { acknowledged, inLog } = await appendThrough(bus, topic.name, async (untilMore) => {
        for (const broker of brokers.toReversed()) {
          await untilMore();
          await broker.kill();
          // Two of three are in sync: it goes on without the third, but for the controller.
          if (broker !== brokers[0]) await untilMore();
          await broker.start();
        }
      });
      expect(inLog).toEqual(acknowledged);
    } finally {
      await bus.close();
    }
  });
});
