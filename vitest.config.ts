import { defineConfig } from 'vitest/config';
import { findIdleSuites } from './scripts/engines/suite-needs.ts';
import { repositoryRoot, requireNode24 } from './scripts/process/repository.ts';

requireNode24();

// The name tells the price: x.test.ts takes milliseconds, x.int.test.ts starts an engine or a process,
// x.long.test.ts minutes, tests/e2e runs the system, tests/clients real clients against it. What needs an engine that is not here is left out; `npm test` says so.
const slow = ['**/*.int.test.ts', '**/*.long.test.ts', 'tests/e2e/**', 'tests/clients/**'];
const never = [
  '**/node_modules/**',
  'data/**',
  ...findIdleSuites(repositoryRoot).map(({ path }) => path),
];

export default defineConfig({
  test: {
    passWithNoTests: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...never, ...slow],
          pool: 'threads',
          // Milliseconds each; but beside a type check on two cores a property of 1,000 runs takes long.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'int',
          include: ['**/*.int.test.ts'],
          exclude: [...never, 'tests/e2e/**'],
          pool: 'forks',
          // Half of their time they wait: two at a time, each with engines and ports of its own.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          exclude: never,
          pool: 'forks',
          // As above.
          maxWorkers: 2,
          testTimeout: 120_000,
          // Of the start of a system, whose own patience is a little shorter: it says what was waited for.
          hookTimeout: 300_000,
        },
      },
      {
        // Minutes each: .ci/full runs them, `npm test` does not.
        test: {
          name: 'long',
          include: ['**/*.long.test.ts'],
          exclude: never,
          pool: 'forks',
          fileParallelism: false,
        },
      },
      {
        // Large clients, installed at run time: .ci/full runs them, `npm test` does not.
        test: {
          name: 'clients',
          include: ['tests/clients/**/*.test.ts'],
          exclude: never,
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
