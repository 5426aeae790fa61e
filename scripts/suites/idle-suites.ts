import { canBeDemanded } from '../engines/engines.ts';
import type { IdleSuite } from '../engines/suite-needs.ts';
import type { SuiteReport } from './vitest-report.ts';

/** What did not run here counts as skipped; where everything is demanded (`REQUIRE_ALL=1`), as failed. */
export function countIdle(idle: readonly IdleSuite[], allDemanded: boolean): SuiteReport {
  const isFailure = ({ absent }: IdleSuite) => allDemanded && absent.some(canBeDemanded);
  const failures = idle.filter(isFailure).map(idleInWords);
  return {
    passed: 0,
    failed: failures.length,
    skipped: idle.length - failures.length,
    failures,
    failedTests: 0,
  };
}

export const idleInWords = ({ path, absent }: IdleSuite) =>
  `not run: ${path} needs ${absent.join(', ')}`;
