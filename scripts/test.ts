import { availableParallelism } from 'node:os';
import { findIdleSuites } from './engines/suite-needs.ts';
import { readMutations } from './mutants/mutation.ts';
import { tryMutants } from './mutants/try-mutants.ts';
import { repositoryRoot, requireNode24 } from './process/repository.ts';
import { endChildrenOnSignal } from './process/run-command.ts';
import { runSteps } from './steps/run-steps.ts';
import { staticChecks } from './steps/static-checks.ts';
import { countIdle, idleInWords } from './suites/idle-suites.ts';
import { runVitest } from './suites/run-vitest.ts';
import type { SuiteReport } from './suites/vitest-report.ts';

// `npm test`: everything this machine can run. `pnpm test unit e2e` runs only these.
// Its last line is `N passed, N failed, N skipped`, which CI reads.
requireNode24();
endChildrenOnSignal();

const suites: Record<string, () => Promise<SuiteReport>> = {
  checks: runChecks,
  unit: () => runProject('unit', 300),
  int: () => runProject('int', 600),
  e2e: () => runProject('e2e', 900),
  services: runServices,
  mutants: runMutants,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There are: ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}

const idle = findIdleSuites(repositoryRoot);
const reports: [string, SuiteReport][] = [
  ['not run', countIdle(idle, process.env['REQUIRE_ALL'] === '1')],
];
for (const [name, run] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n── ${name} ${'─'.repeat(70 - name.length)}`);
  const startedAt = performance.now();
  const report = await run();
  console.log(`${inWords(report)} in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  reports.push([name, report]);
}

console.log('');
for (const suite of idle) console.log(idleInWords(suite));
for (const [name, { failures }] of reports) {
  for (const failure of failures) console.log(`failed: ${name}: ${failure}`);
}
const sum = (count: (report: SuiteReport) => number) =>
  reports.reduce((total, [, report]) => total + count(report), 0);
const failed = sum((report) => report.failed);
console.log(
  `${sum((report) => report.passed)} passed, ${failed} failed, ${sum((report) => report.skipped)} skipped`,
);
process.exitCode = failed === 0 ? 0 : 1;

async function runChecks(): Promise<SuiteReport> {
  const results = await runSteps(staticChecks, Math.max(2, availableParallelism()));
  return reportOf(results.map(({ name, passed }) => ({ name, failed: !passed })));
}

async function runProject(project: string, limitSeconds: number): Promise<SuiteReport> {
  return (await runVitest({ project, limitSeconds, live: true })).report;
}

/** A selection against `pnpm start:services`; `.ci/full` runs all, with Kafka too. */
async function runServices(): Promise<SuiteReport> {
  const files = ['spine', 'streams'].map((name) => `tests/e2e/${name}.test.ts`);
  const environment = { FLUX_FORM: 'services' };
  return (await runVitest({ project: 'e2e', files, environment, limitSeconds: 300, live: true }))
    .report;
}

/** The quick ones here; `pnpm test:mutants` tries all. */
async function runMutants(): Promise<SuiteReport> {
  const quick = readMutations(repositoryRoot).filter(({ project }) => project === 'unit');
  const results = await tryMutants(quick, (line) => console.log(line));
  return reportOf(
    results.map(({ name, complaint }) => ({ name, failed: complaint !== undefined })),
  );
}

function reportOf(results: readonly { name: string; failed: boolean }[]): SuiteReport {
  const failures = results.filter((each) => each.failed).map(({ name }) => name);
  const passed = results.length - failures.length;
  return { passed, failed: failures.length, skipped: 0, failures, failedTests: failures.length };
}

/** Not the form of the last line, which comes once. */
function inWords({ passed, failed: wrong, skipped }: SuiteReport): string {
  return `passed: ${passed}, failed: ${wrong}, skipped: ${skipped},`;
}
