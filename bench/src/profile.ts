/**
 * What our gateway spends its time on under the benchmark's load: self times by function and by
 * place. `node bench/src/profile.ts [requests|streams] [--floor | --service ingress]
 * [--top 40] [--concurrency 16]`
 * The profiler itself takes a share; compare places with each other, not with the benchmark.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LoadGenerator } from './load/load-generator.ts';
import { startFloor } from './processes/start-floor.ts';
import { pidOf, startGateway } from './processes/start-gateway.ts';
import { startSandbox } from './processes/start-sandbox.ts';
import { startServices } from './processes/start-services.ts';
import type { Subject } from './processes/subject.ts';
import { type CpuProfile, freePort, Inspector } from './profile/inspector.ts';
import { type SelfTime, summarise } from './profile/self-times.ts';
import { type ThreadTimes, watchThreads } from './profile/thread-times.ts';
import { requestBodies } from './request-bodies.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    floor: { type: 'boolean', default: false },
    /** Of the distributed form: this one of its processes. */
    service: { type: 'string' },
    top: { type: 'string', default: '40' },
    concurrency: { type: 'string', default: '16' },
    /** Where to keep the profile, for a viewer such as Chrome's. */
    out: { type: 'string' },
  },
});

const countMax = 20_000;
const profiledMs = 8_000;
const concurrency = Number(values.concurrency);

async function profile(kind: 'requests' | 'streams'): Promise<void> {
  const port = await freePort();
  const flag = `--inspect-port=127.0.0.1:${port}`;
  await using started = new AsyncDisposableStack();
  const keep = <P extends { stop(): Promise<void> }>(part: P): P =>
    started.adopt(part, (each) => each.stop());
  const sandbox = keep(await startSandbox());
  const load = keep(await LoadGenerator.start());
  const { service } = values;
  let subject: Subject;
  let pid: number;
  if (service !== undefined) {
    const services = keep(await startServices(sandbox, { NODE_OPTIONS: flag }));
    subject = services;
    pid = pidOf(services.system, service);
  } else {
    subject = values.floor
      ? keep(await startFloor(sandbox, [flag]))
      : keep(await startGateway(sandbox, { NODE_OPTIONS: flag }));
    pid = subject.pid;
  }
  const target = subject.target(requestBodies[kind === 'streams' ? 'stream' : 'whole']);
  const run = (forMs: number) => load.run({ kind: 'closed', target, concurrency, forMs, countMax });
  await run(5_000);
  const inspector = await Inspector.open(pid, port);
  const threads = watchThreads(pid);
  let count = 0;
  const taken = await inspector.profileDuring(async () => {
    count = (await run(profiledMs)).count;
    await subject.settled();
  });
  const times = threads();
  inspector.close();
  if (values.out !== undefined) writeFileSync(values.out, JSON.stringify(taken));
  print(
    `${service ?? subject.name}: ${count} ${kind}, ${concurrency} at a time`,
    times,
    taken,
    count,
  );
}

function print(title: string, times: ThreadTimes, taken: CpuProfile, count: number): void {
  const perRequest = (ms: number) => (ms * 1000) / count;
  const mainUs = perRequest(times.mainMs);
  const top = Number(values.top);
  const { functions, places, owners, ownerPlaces } = summarise(taken);
  const timed = ({ name, percent }: SelfTime) =>
    line(`${percent.toFixed(1)} %`, (percent * mainUs) / 100, name);
  const lines = [
    `\n${title}, CPU of each, the profiler's included`,
    ...[{ name: 'main thread', cpuMs: times.mainMs }, ...times.others]
      .filter(({ cpuMs }) => perRequest(cpuMs) >= 1)
      .map(({ name, cpuMs }) => line('', perRequest(cpuMs), name)),
    '\nmain thread by place (self time)',
    ...places.slice(0, 25).map(timed),
    '\nmain thread by place, with what Node does for it',
    ...ownerPlaces.slice(0, 20).map(timed),
    '\nmain thread by function, with what Node does for it',
    ...owners.slice(0, top).map(timed),
    '\nmain thread by function (self time)',
    ...functions.slice(0, top).map(timed),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function line(share: string, us: number, name: string): string {
  return `${share.padStart(8)} ${us.toFixed(1).padStart(8)} µs  ${name}`;
}

const kinds = positionals.length > 0 ? positionals : ['requests', 'streams'];
for (const kind of kinds) {
  if (kind !== 'requests' && kind !== 'streams') throw new Error(`there is no profile of ${kind}`);
  await profile(kind);
}
