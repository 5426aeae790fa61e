import { expect, it } from 'vitest';
import { between } from './between-marks.ts';

it('replaces what stands between the marks, and nothing else', () => {
  const page = 'before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n';
  const made = between('bench', page, '| new |\n');
  expect(made).toBe('before\n<!-- bench -->\n| new |\n<!-- /bench -->\nafter\n');
  expect(between('bench', made, '| new |\n')).toBe(made);
});

it('does not guess where the marks are missing', () => {
  expect(() => between('bench', 'before\n<!-- /bench -->\n', 'new')).toThrow('no <!-- bench -->');
});
