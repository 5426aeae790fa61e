import { expect, it } from 'vitest';
import type { ChaosForm } from '../chaos/plan-chaos.ts';
import { reportOf } from '../chaos/report.ts';
import { runChaos } from '../chaos/run-chaos.ts';

const form = (process.env['FLUX_FORM'] as ChaosForm | undefined) ?? 'one-machine';

// The short form of `pnpm chaos`; `.ci/full` runs the long one.
it('loses and doubles nothing while processes are killed under load', {
  timeout: 240_000,
}, async () => {
  const verdict = await runChaos({ form, seed: 7, attempts: 1_200, kills: 6 });
  console.log(reportOf(verdict));
  expect(verdict.differences).toEqual([]);
});
