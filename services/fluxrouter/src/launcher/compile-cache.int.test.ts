import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compileCache } from './compile-cache.ts';
import { fillCompileCache } from './fill-compile-cache.ts';

const directory = mkdtempSync(join(tmpdir(), 'flux-cache-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Started by Node before a program; says on its end whether the stripper of types was loaded. */
const teller = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => process.send?.(process.moduleLoadList.some((m) => m.includes('deps/amaro'))))`,
)}`;

const entry = new URL('../main.ts', import.meta.url).pathname;

function loadsStripper(): Promise<unknown> {
  const child = fork(entry, ['--target=control', '--check-config'], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: directory,
      NODE_OPTIONS: `--import ${teller}`,
      KEY_PEPPER: 'p'.repeat(32),
    },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise((resolve) => child.once('message', resolve));
}

test('once filled, processes start without the stripper of types', async () => {
  const cache = compileCache(directory);
  expect(cache?.isFilled()).toBe(false);
  await fillCompileCache({ PATH: process.env['PATH'], NODE_COMPILE_CACHE: directory });
  cache?.markFilled();
  expect(compileCache(directory)?.isFilled()).toBe(true);
  expect(await loadsStripper()).toBe(false);
});

test('where no directory can be made there is no cache, and no fault', () => {
  expect(compileCache('/dev/null/cache')).toBeUndefined();
});
