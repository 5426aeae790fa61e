import { describe, expect, it } from 'vitest';
import { findUndeclared } from './undeclared.ts';

const declares = (name: string, folder: string, ...dependencies: string[]) => ({
  name,
  folder,
  dependencies: new Set(dependencies),
  devDependencies: new Set<string>(),
});

const root = { ...declares('root', ''), devDependencies: new Set(['vitest']) };
const packages = [
  declares('@fluxrouter/journal', 'packages/journal', '@fluxrouter/sse'),
  declares('@fluxrouter/sse', 'packages/sse'),
  root,
];

const importing = (source: string, module: string, resolved: string, coreModule = false) =>
  findUndeclared(
    [{ source, dependencies: [{ module, resolved, coreModule, couldNotResolve: false }] }],
    packages,
  );

const file = 'packages/journal/src/a.ts';

describe('an import', () => {
  it.each([
    ['of a declared package', file, '@fluxrouter/sse', 'packages/sse/src/index.ts'],
    ['of a part of one', file, '@fluxrouter/sse/frames', 'packages/sse/src/frames.ts'],
    ['within the package', file, './b.ts', 'packages/journal/src/b.ts'],
    ['of its own package by name', file, '@fluxrouter/journal', 'packages/journal/src/index.ts'],
    [
      'of a test tool by a test',
      'packages/journal/src/a.test.ts',
      'vitest',
      'node_modules/vitest/',
    ],
    [
      'by a script of the root',
      'scripts/a.ts',
      '../packages/sse/src/b.ts',
      'packages/sse/src/b.ts',
    ],
  ])('%s is in order', (_what, source, module, resolved) => {
    expect(importing(source, module, resolved)).toEqual([]);
  });

  it('of a built-in module is in order', () => {
    expect(importing(file, 'fs', 'fs', true)).toEqual([]);
  });

  it.each([
    ['of an undeclared package', file, 'undici', 'node_modules/undici/index.js'],
    ['of a test tool by what is served', file, 'vitest', 'node_modules/vitest/index.js'],
    ['around the exports', file, '../../sse/src/b.ts', 'packages/sse/src/b.ts'],
  ])('%s is not', (_what, source, module, resolved) => {
    expect(importing(source, module, resolved)).toHaveLength(1);
  });
});
