import { existsSync, readFileSync } from 'node:fs';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface SuiteReport extends Tally {
  /** What failed, by its full name. */
  readonly failures: readonly string[];
  /** Of those, the ones that are tests; not a file that did not load. */
  readonly failedTests: number;
}

interface VitestJson {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * Counts what vitest's JSON reporter wrote. A file that could not be loaded, a run without a report and a
 * run that failed with no test to blame (an error after the tests) are failures too, each one.
 */
export function countReport(json: VitestJson | undefined, exitCode: number | null): SuiteReport {
  if (json === undefined) return failedAs(['vitest wrote no report']);
  const tests = json.testResults.flatMap((file) => file.assertionResults);
  const count = (status: string) => tests.filter((test) => test.status === status).length;
  const unloaded = json.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  const failures = [
    ...tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    ...unloaded.map(({ name }) => `${name} as a whole`),
  ];
  if (failures.length === 0 && exitCode !== 0) failures.push('vitest failed outside of the tests');
  const passed = count('passed');
  const failedTests = count('failed');
  const skipped = tests.length - passed - failedTests;
  return { passed, failed: failures.length, skipped, failures, failedTests };
}

export function readReport(path: string): VitestJson | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as VitestJson) : undefined;
}

export function failedAs(failures: readonly string[]): SuiteReport {
  return { passed: 0, failed: failures.length, skipped: 0, failures, failedTests: 0 };
}
