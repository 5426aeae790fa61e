/**
 * What our gateway spends its time on under the benchmark's load: self times by function and by
 * place. `node bench/src/profile.ts [requests|streams] [--floor] [--top 40] [--concurrency 16]`
 * The profiler itself takes a share; compare places with each other, not with the benchmark.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LoadGenerator } from './load/load-generator.ts';
import { cpuMsOf } from './processes/process-reading.ts';
import { startFloor } from './processes/start-floor.ts';
import { startGateway } from './processes/start-gateway.ts';
import { startSandbox } from './processes/start-sandbox.ts';
import type { Subject } from './processes/subject.ts';
import { freePort, Inspector } from './profile/inspector.ts';
import { type ProfileSummary, type SelfTime, summarise } from './profile/self-times.ts';
import { requestBodies } from './request-bodies.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    floor: { type: 'boolean', default: false },
    top: { type: 'string', default: '40' },
    concurrency: { type: 'string', default: '16' },
    /** Where to keep the profile, for a viewer such as Chrome's. */
    out: { type: 'string' },
  },
});

const limits = { requests: { countMax: 10_000 }, streams: { countMax: 3000 } };
const concurrency = Number(values.concurrency);

async function profile(kind: 'requests' | 'streams'): Promise<void> {
  const port = await freePort();
  const flag = `--inspect-port=127.0.0.1:${port}`;
  await using started = new AsyncDisposableStack();
  const keep = <P extends { stop(): Promise<void> }>(part: P): P =>
    started.adopt(part, (each) => each.stop());
  const sandbox = keep(await startSandbox());
  const load = keep(await LoadGenerator.start());
  const subject: Subject = values.floor
    ? keep(await startFloor(sandbox, [flag]))
    : keep(await startGateway(sandbox, { NODE_OPTIONS: flag }));
  const target = subject.target(requestBodies[kind === 'streams' ? 'stream' : 'whole']);
  const { countMax } = limits[kind];
  const run = (forMs: number) => load.run({ kind: 'closed', target, concurrency, forMs, countMax });
  await run(5_000);
  const inspector = await Inspector.open(subject.pid, port);
  const cpuBefore = cpuMsOf(subject.pid);
  let count = 0;
  const taken = await inspector.profileDuring(async () => {
    count = (await run(8_000)).count;
    await subject.settled();
  });
  const cpuUs = ((cpuMsOf(subject.pid) - cpuBefore) * 1000) / count;
  inspector.close();
  if (values.out !== undefined) writeFileSync(values.out, JSON.stringify(taken));
  const title = `${subject.name}, ${count} ${kind}, ${concurrency} at a time`;
  print(`${title}: ${cpuUs.toFixed(0)} µs CPU each, profiler included`, summarise(taken, count));
}

function print(title: string, { functions, places, busyUsPerRequest }: ProfileSummary): void {
  const lines = [`\n${title}; main thread ${busyUsPerRequest.toFixed(0)} µs`];
  lines.push('\nby place', ...places.slice(0, 25).map(line));
  lines.push('\nby function (self time)', ...functions.slice(0, Number(values.top)).map(line));
  process.stdout.write(`${lines.join('\n')}\n`);
}

function line({ name, percent, usPerRequest }: SelfTime): string {
  return `${percent.toFixed(1).padStart(6)} % ${usPerRequest.toFixed(1).padStart(8)} µs  ${name}`;
}

const kinds = positionals.length > 0 ? positionals : ['requests', 'streams'];
for (const kind of kinds) {
  if (kind !== 'requests' && kind !== 'streams') throw new Error(`there is no profile of ${kind}`);
  await profile(kind);
}
