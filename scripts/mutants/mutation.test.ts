import { expect, it } from 'vitest';
import { type Mutation, mutate } from './mutation.ts';

const mutation: Mutation = {
  name: 'planted',
  why: 'to see',
  file: 'a.ts',
  search: 'a < b',
  replace: 'a > b',
  project: 'unit',
  tests: ['a.test.ts'],
};

it('replaces the searched text and nothing else', () => {
  expect(mutate('if (a < b) return;', mutation)).toBe('if (a > b) return;');
});

it('takes replacements as they are, dollar signs too', () => {
  expect(mutate('(a < b)', { ...mutation, replace: "$& $1 $'" })).toBe("($& $1 $')");
});

it('knows a mutation that the code has outgrown, or that is ambiguous', () => {
  expect(mutate('if (b >= a) return;', mutation)).toBeUndefined();
  expect(mutate('a < b || a < b', mutation)).toBeUndefined();
});
