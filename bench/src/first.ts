import { LoadGenerator } from './load/load-generator.ts';
import { measureCpu } from './measure/rounds.ts';
import { startFloor } from './processes/start-floor.ts';
import { startGateway } from './processes/start-gateway.ts';
import { startSandbox } from './processes/start-sandbox.ts';
import { requestBody } from './request-bodies.ts';
import { pairedRatio, spread } from './statistics.ts';

const sandbox = await startSandbox();
const floor = await startFloor(sandbox);
const ours = await startGateway(sandbox);
const load = await LoadGenerator.start();
for (const s of [floor, ours]) for (const stream of [false, true]) {
  const t = s.target(requestBody({ stream }));
  const h: Record<string,string> = {}; for (let i = 0; i < t.headers.length; i += 2) h[t.headers[i]!] = t.headers[i+1]!;
  const r = await fetch(t.origin + t.path, { method: 'POST', headers: h, body: t.body });
  const text = await r.text();
  console.log(s.name, stream, r.status, [...r.headers].length, text.length, text.split('"delta"').length - 1, text.slice(0, 120).replaceAll('\n', ' '), stream ? text.slice(-300) : '');
}
try {
for (const [name, stream, concurrency, count, rounds] of [['request c16', false, 16, 3000, 9], ['request c1', false, 1, 1000, 5], ['stream c16', true, 16, 400, 9], ['stream c1', true, 1, 200, 5]] as const) {
  const [f, o] = await measureCpu(load, [floor, ours], { body: requestBody({ stream }), concurrency, count, rounds, warmUp: count * 2 });
  console.log(name, 'floor', spread(f), 'ours', spread(o), 'ratio', pairedRatio(o, f));
}
} finally {
await load.stop(); await ours.stop(); await floor.stop(); await sandbox.stop();
}
