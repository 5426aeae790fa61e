import { parseArgs } from 'node:util';
import type { ChaosForm } from './plan-chaos.ts';
import { reportOf } from './report.ts';
import { runChaos } from './run-chaos.ts';

// `pnpm chaos --seed 1 --attempts 2000 --kills 10 --form one-machine --replicas 1`: kills under load, then all books are
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
    replicas: { type: 'string', default: '1' },
    form: { type: 'string', default: 'one-machine' },
  },
});
const { seed: s, attempts: a, kills: k, replicas: r } = values;
const [seed, attempts, kills, replicas] = [s, a, k, r].map(Number);
if (
  !forms.includes(values.form) ||
  ![seed, attempts, kills, replicas].every(Number.isSafeInteger)
) {
  console.error(
    `--seed, --attempts, --kills and --replicas are whole numbers, --form is ${forms.join(' or ')}`,
  );
  process.exit(2);
}

const startedAt = performance.now();
const form = values.form as ChaosForm;
const verdict = await runChaos({
  ...{ form, seed: seed ?? 1, attempts: attempts ?? 0, kills: kills ?? 0 },
  replicas: replicas ?? 1,
  tell: (line) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s: ${line}`),
});
console.log(`\n${reportOf(verdict)}`);
process.exit(verdict.differences.length === 0 ? 0 : 1);
