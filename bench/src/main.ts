/** `pnpm bench`: what our gateway costs, beside the floor. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkAnswers } from './measure/check-answers.ts';
import { runMicro } from './micro.ts';
import { onStage } from './processes/stage.ts';
import type { Section } from './report/figure.ts';
import { thisMachine } from './report/machine.ts';
import { keepResults } from './report/results-file.ts';
import { tableText } from './report/table.ts';
import {
  distributedSection,
  idleSection,
  mainSections,
  soakSection,
  visibilitySection,
} from './sections.ts';

const usage = `pnpm bench [options]
  (none)         CPU, latency, memory, cold start, the distributed form; about 5 minutes
  --distributed  each service in a process of its own, beside npm start
  --quick        CPU of requests and chunks only; about 50 s, not kept in results/
  --soak         memory over 100,000 requests
  --idle         CPU and memory of a system that nobody talks to; 80 s
  --visibility   how soon a record can be read
  --micro        the packages' own benchmarks (packages/*/bench)
  --json         the results as JSON in place of the table
`;

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({
  options: {
    quick: flag,
    distributed: flag,
    soak: flag,
    idle: flag,
    visibility: flag,
    micro: flag,
    json: flag,
    help: flag,
  },
});

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const say = (what: string) => process.stderr.write(`bench: ${what}\n`);

async function measure(): Promise<Section[]> {
  const { quick, distributed, soak, idle, visibility } = values;
  const sections: Section[] = [];
  const wantsMain = quick || !(distributed || soak || idle || visibility);
  if (wantsMain || distributed || soak || visibility) {
    say('starting');
    await onStage(async (stage) => {
      await checkAnswers(stage);
      if (wantsMain) sections.push(...(await mainSections(stage, quick, say)));
      if (distributed || (wantsMain && !quick))
        sections.push(await told('the distributed form', () => distributedSection(stage)));
      if (visibility) sections.push(await told('visibility', () => visibilitySection(stage)));
      if (soak) sections.push(await told('soak', () => soakSection(stage)));
    });
  }
  if (idle) sections.push(await told('idle', idleSection));
  return sections;
}

function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  say(what);
  return work();
}

if (values.help) {
  process.stdout.write(usage);
} else if (values.micro) {
  process.exitCode = (await runMicro(at('../../'))) === 0 ? 0 : 1;
} else {
  const sections = await measure();
  // A quick look is no result: it is not kept.
  if (!values.quick) keepResults(at('../results'), sections);
  const results = { machine: thisMachine(), sections };
  process.stdout.write(values.json ? `${JSON.stringify(results, null, 2)}\n` : tableText(results));
}
