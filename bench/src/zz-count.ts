import { readFileSync } from 'node:fs';
import { LoadGenerator } from './load/load-generator.ts';
import { cpuMsOf } from './processes/process-reading.ts';
import { startFloor } from './processes/start-floor.ts';
import { startGateway } from './processes/start-gateway.ts';
import { startSandbox } from './processes/start-sandbox.ts';
import { requestBodies } from './request-bodies.ts';

const sandbox = await startSandbox();
const floor = await startFloor(sandbox, []);
const ours = await startGateway(sandbox, { NODE_OPTIONS: process.env.FLAGS ?? '' });
const load = await LoadGenerator.start();
const rss = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
const kind = process.argv[2] ?? 'whole';
const n = Number(process.argv[3] ?? 10000);
const rounds = Number(process.argv[4] ?? 6);
try {
  for (let r = 0; r < rounds; r++) {
    const line: string[] = [];
    for (const s of [floor, ours]) {
      const target = s.target((requestBodies as any)[kind]);
      const before = cpuMsOf(s.pid);
      const t = Date.now();
      await load.run({ kind: 'closed', target, concurrency: 16, forMs: 600000, countMax: n });
      await s.settled();
      line.push(
        `${s.name} ${(((cpuMsOf(s.pid) - before) * 1000) / n).toFixed(0)} µs (${(((Date.now() - t) * 1000) / n).toFixed(0)} wall) rss ${rss(s.pid).toFixed(0)}`,
      );
    }
    console.log(line.join('   '));
    if ((ours as any).system) {
      const m = await (await fetch((ours as any).system.adminUrls.gateway + '/metrics')).text();
      console.log(
        m
          .split('\n')
          .filter((l: string) => /^(nodejs_heap|nodejs_ext|process_res|flux_journal)/.test(l))
          .map((l: string) => l.replace(/\{.*\}/, ''))
          .join('  '),
      );
    }
  }
} finally {
  await load.stop();
  await ours.stop();
  await floor.stop();
  await sandbox.stop();
}
