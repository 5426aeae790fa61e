import { expect, it } from 'vitest';
import { countIdle, idleInWords } from './idle-suites.ts';

const kafka = { path: 'a.int.test.ts', absent: ['java', 'maven'] } as const;
const containers = { path: 'b.int.test.ts', absent: ['docker'] } as const;

it('says what did not run and what for', () => {
  expect(idleInWords(kafka)).toBe('not run: a.int.test.ts needs java, maven');
});

it('counts as skipped what this machine cannot run', () => {
  expect(countIdle([kafka, containers], false)).toMatchObject({ failed: 0, skipped: 2 });
});

it('demands all but a container engine where everything is demanded', () => {
  expect(countIdle([kafka, containers], true)).toMatchObject({ failed: 1, skipped: 1 });
});
