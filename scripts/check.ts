import { availableParallelism } from 'node:os';
import { requireNode24, toolPath } from './process/repository.ts';
import { endChildrenOnSignal } from './process/run-command.ts';
import { runSteps, type Step } from './steps/run-steps.ts';
import { staticChecks } from './steps/static-checks.ts';

// `pnpm check`: what is known in under a minute. `pnpm check types files` runs only these.
requireNode24();
endChildrenOnSignal();

const unitTests: Step = {
  name: 'unit',
  command: {
    program: toolPath('vitest'),
    arguments: ['run', '--project', 'unit', '--reporter', 'minimal'],
    limitSeconds: 300,
  },
};
// Types and unit tests are the long ones: they start together.
const all = [...staticChecks.slice(0, 1), unitTests, ...staticChecks.slice(1)];

const wanted = process.argv.slice(2);
const steps = all.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (steps.length < wanted.length) {
  console.error(`There are: ${all.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const startedAt = performance.now();
const results = await runSteps(steps, Math.max(2, availableParallelism()));
const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(
  failed.length === 0
    ? `All ${results.length} checks passed in ${seconds} s`
    : `${failed.length} of ${results.length} checks failed in ${seconds} s: ${failed.join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
