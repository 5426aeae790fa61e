import { parseArgs } from 'node:util';
import type { ChaosForm } from './plan-chaos.ts';
import { reportOf } from './report.ts';
import { runChaos } from './run-chaos.ts';

// `pnpm chaos --seed 1 --attempts 2000 --kills 10 --form one-machine`: kills under load, then all books are
// compared (compare-books.ts says what must be equal). Exit code 1 on any difference.
const forms: readonly string[] = [
  'one-machine',
  'services',
  'services-kafka',
] satisfies ChaosForm[];

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    attempts: { type: 'string', default: '2000' },
    kills: { type: 'string', default: '10' },
    form: { type: 'string', default: 'one-machine' },
  },
});
const [seed, attempts, kills] = [values.seed, values.attempts, values.kills].map(Number);
if (!forms.includes(values.form) || ![seed, attempts, kills].every(Number.isSafeInteger)) {
  console.error(
    `--seed, --attempts and --kills are whole numbers, --form is ${forms.join(' or ')}`,
  );
  process.exit(2);
}

const startedAt = performance.now();
const form = values.form as ChaosForm;
const verdict = await runChaos({
  ...{ form, seed: seed ?? 1, attempts: attempts ?? 0, kills: kills ?? 0 },
  tell: (line) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s: ${line}`),
});
console.log(`\n${reportOf(verdict)}`);
process.exit(verdict.differences.length === 0 ? 0 : 1);
