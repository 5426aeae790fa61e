import { expect, it } from 'vitest';
import { countReport } from './vitest-report.ts';

const file = (status: string, ...tests: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((each, index) => ({ status: each, fullName: `test ${index}` })),
});

it('counts tests, and a skipped one as skipped', () => {
  const json = { testResults: [file('passed', 'passed', 'skipped', 'todo', 'passed')] };
  expect(countReport(json, 0)).toMatchObject({ passed: 2, failed: 0, skipped: 2 });
});

it('names what failed', () => {
  const json = { testResults: [file('failed', 'passed', 'failed')] };
  expect(countReport(json, 1)).toMatchObject({ passed: 1, failed: 1, failures: ['test 1'] });
});

it('counts a file that could not be loaded', () => {
  expect(countReport({ testResults: [file('failed')] }, 1).failed).toBe(1);
});

it('counts a file whose hook failed after its tests passed', () => {
  expect(countReport({ testResults: [file('failed', 'passed')] }, 1).failed).toBe(1);
});

it('does not take a run that failed without a failed test for a good one', () => {
  expect(countReport({ testResults: [file('passed', 'passed')] }, 1).failed).toBe(1);
  expect(countReport(undefined, 1).failed).toBe(1);
  expect(countReport(undefined, 0).failed).toBe(1);
});
