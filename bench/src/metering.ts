/** `pnpm bench:metering`: from Kafka into ClickHouse, and back out by id. About four minutes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startKafka } from '@fluxrouter/testing';
import { measureVisibility } from './measure/visibility.ts';
import { measureIngest } from './metering/measure-ingest.ts';
import { measureLookUp } from './metering/measure-look-up.ts';
import { startGateway } from './processes/start-gateway.ts';
import { startSandbox } from './processes/start-sandbox.ts';

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({
  options: {
    /** Fewer events, no system: not kept in results/. */
    quick: flag,
    events: { type: 'string', default: '400000' },
    rows: { type: 'string', default: '5000000' },
  },
});

interface Line {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

const resultsFile = fileURLToPath(new URL('../results/metering.json', import.meta.url));
const say = (what: string) => process.stderr.write(`bench:metering: ${what}\n`);

async function measure(): Promise<Line[]> {
  const directory = mkdtempSync(join(tmpdir(), 'flux-bench-metering-'));
  const kafka = await startKafka();
  const lines: Line[] = [];
  try {
    say('ingest');
    const ingest = await measureIngest(kafka.brokers, directory, Number(values.events));
    const { events, perSecond, cpuMicrosecondsPerEvent: cpu } = ingest;
    lines.push(
      { name: 'events ingested', value: events, unit: '' },
      { name: 'ingest', value: perSecond, unit: 'events/s', goal: { atLeast: 10_000 } },
      { name: 'CPU of the metering process', value: cpu, unit: 'µs/event' },
      ...ingest.threads.map(({ name, microsecondsPerEvent: value }) => ({
        ...{ name: `of that, thread ${name}`, value, unit: 'µs/event' },
      })),
    );
    if (values.quick) return lines;
    say('look-up by id');
    const lookUp = await measureLookUp(directory, Number(values.rows));
    lines.push(
      { name: 'rows', value: lookUp.rows, unit: '' },
      { name: 'look-up by id, p50', value: lookUp.p50Ms, unit: 'ms', goal: { atMost: 20 } },
      { name: 'look-up by id, p99', value: lookUp.p99Ms, unit: 'ms', goal: { atMost: 60 } },
    );
  } finally {
    await kafka.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  say('answer to row');
  lines.push(...(await measureAnswerToRow()));
  return lines;
}

/** The whole system over Kafka, at a steady 50 requests/s. */
async function measureAnswerToRow(): Promise<Line[]> {
  await using started = new AsyncDisposableStack();
  const keep = <P extends { stop(): Promise<void> }>(part: P): P =>
    started.adopt(part, (each) => each.stop());
  const kafka = keep(await startKafka());
  const sandbox = keep(await startSandbox());
  const ours = keep(await startGateway(sandbox, { KAFKA_BROKERS: kafka.brokers }));
  const figures = await measureVisibility({ ours });
  return figures.map(({ name, ours: { median } }) => ({
    ...{ name, value: median, unit: 'ms' },
    ...(name.endsWith('p99') && { goal: { atMost: 1_500 } }),
  }));
}

function isMet({ value, goal }: Line): boolean {
  if (goal === undefined) return true;
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}

function inWords(line: Line): string {
  const { name, value, unit, goal } = line;
  const wanted =
    goal === undefined ? '' : 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`;
  const verdict = goal === undefined ? '' : isMet(line) ? 'met' : 'MISSED';
  return `${name.padEnd(40)} ${value.toFixed(value < 100 ? 1 : 0).padStart(10)} ${unit.padEnd(9)} ${wanted} ${verdict}`.trimEnd();
}

const [loadBefore = 0] = loadavg();
const lines = await measure();
for (const line of lines) console.log(inWords(line));
console.log(`load of the machine before: ${loadBefore.toFixed(1)}`);
if (!values.quick) {
  mkdirSync(fileURLToPath(new URL('../results/', import.meta.url)), { recursive: true });
  const results = { date: new Date().toISOString(), loadBefore, lines };
  writeFileSync(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
}
process.exitCode = lines.every(isMet) ? 0 : 1;
