/**
 * CPU a request costs in the journal, the shipper and the embedded bus together: begin, commit,
 * [update, commit,] finish with two events, commit, publish, delete. All threads of the process
 * (checkpoints too). Median and best of rounds: other work on the machine makes the rest.
 * Run: node packages/journal/bench/journal.bench.ts [requests a round]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedBus } from '@fluxrouter/event-bus';
import { type Journal, openJournal, startShipper } from '../src/index.ts';

const REQUESTS = Number(process.argv[2] ?? 5_000);
const ROUNDS = 12;
const TOPIC = 'flux.usage.v1';
const PARTITIONS = 12;

const begun = Buffer.alloc(300, 1);
const committed = Buffer.alloc(120, 2);
const attempt = Buffer.alloc(600, 3);
const end = Buffer.alloc(350, 4);

function durable(journal: Journal): Promise<void> {
  return new Promise((resolve, reject) => {
    journal.whenDurable((error) => (error === null ? resolve() : reject(error)));
  });
}

/** `concurrency` requests go through their steps together, so that many share each commit. */
async function serve(journal: Journal, requests: number, concurrency: number, update: boolean) {
  for (let served = 0; served < requests; served += concurrency) {
    const entries = Array.from({ length: concurrency }, () => journal.begin(begun));
    await durable(journal);
    if (update) {
      for (const entry of entries) journal.update(entry, committed);
      await durable(journal);
    }
    entries.forEach((entry, i) => {
      const key = `account-${(served + i) % 500}`;
      journal.finish(entry, [
        { key, type: 'AttemptFinished', value: attempt },
        { key, type: 'RequestFinished', value: end },
      ]);
    });
    await durable(journal);
  }
}

async function measure(concurrency: number, update: boolean): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'journal-bench-'));
  const bus = openEmbeddedBus({ directory });
  await bus.ensureTopics([{ name: TOPIC, partitions: PARTITIONS, cleanup: 'keep' }]);
  const journal = openJournal({ path: join(directory, 'journal.sqlite'), maxBytes: 1e9 });
  const shipper = startShipper({
    journal,
    batchEvents: 500,
    batchBytes: 1e6,
    lingerMs: 30,
    retryBackoffMs: 100,
    publish: (events) =>
      bus.append(
        TOPIC,
        events.map(({ key, type, value }) => ({ key, value, headers: { type, version: '1' } })),
      ),
  });
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const cpu = process.cpuUsage();
    await serve(journal, REQUESTS, concurrency, update);
    await shipper.idle();
    const { user, system } = process.cpuUsage(cpu);
    if (round > 0) rounds.push((user + system) / REQUESTS);
  }
  rounds.sort((a, b) => a - b);
  console.log(
    `${String(concurrency).padStart(3)} a commit${update ? ', with update' : ''}: ` +
      `${rounds[ROUNDS / 2]?.toFixed(1)} µs CPU a request, best round ${rounds[0]?.toFixed(1)}`,
  );
  await shipper.stop();
  await journal.close();
  await bus.close();
  rmSync(directory, { recursive: true });
}

for (const update of [false, true]) {
  for (const concurrency of [1, 5, 20]) await measure(concurrency, update);
}
