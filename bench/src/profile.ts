/**
 * What our gateway spends its time on under the benchmark's load: self times by function and by
 * place. `node bench/src/profile.ts [requests|streams] [--floor] [--top 40] [--concurrency 16]`
 * The profiler itself takes a share; compare places with each other, not with the benchmark.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LoadGenerator } from './load/load-generator.ts';
import { startFloor } from './processes/start-floor.ts';
import { startGateway } from './processes/start-gateway.ts';
import { startSandbox } from './processes/start-sandbox.ts';
import { freePort, Inspector } from './profile/inspector.ts';
import { type ProfileSummary, type SelfTime, summarise } from './profile/self-times.ts';
import { requestBody } from './request-bodies.ts';

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

const sizes = { requests: { count: 8000, warmUp: 4000 }, streams: { count: 1500, warmUp: 800 } };

async function profile(kind: 'requests' | 'streams'): Promise<void> {
  const port = await freePort();
  const flags = [`--inspect-port=127.0.0.1:${port}`];
  const sandbox = await startSandbox();
  const subject = values.floor
    ? await startFloor(sandbox, flags)
    : await startGateway(sandbox, flags);
  const load = await LoadGenerator.start();
  try {
    const target = subject.target(requestBody({ stream: kind === 'streams' }));
    const concurrency = Number(values.concurrency);
    const run = (count: number) => load.run({ kind: 'closed', target, concurrency, count });
    const { count, warmUp } = sizes[kind];
    await run(warmUp);
    const inspector = await Inspector.open(subject.pid, port);
    const taken = await inspector.profileDuring(async () => {
      await run(count);
      await subject.settled();
    });
    inspector.close();
    if (values.out !== undefined) writeFileSync(values.out, JSON.stringify(taken));
    print(`${subject.name}, ${kind}, ${count} at concurrency ${concurrency}`, summarise(taken, count));
  } finally {
    await load.stop();
    await subject.stop();
    await sandbox.stop();
  }
}

function print(title: string, { functions, places, busyUsPerRequest }: ProfileSummary): void {
  const lines = [`\n${title}: busy ${busyUsPerRequest.toFixed(0)} µs each, one thread`];
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
