import { describe, expect, it } from 'vitest';
import { findForbidden } from './forbidden-text.ts';

const pure = 'packages/pricing/src/money.ts';
const service = 'services/ingress/src/module.ts';

describe('what no file may say', () => {
  it.each([
    ['README.md', 'clone it to /home/me/flux'],
    ['deploy/run.sh', `cd ${['', 'work', 'main'].join('/')}`],
    ['pnpm-lock.yaml', '    resolution: {tarball: https://mirror.local/x.tgz}'],
    ['packages/sse/src/a.test.ts', "describe.only('x', () => {})"],
    ['packages/sse/src/a.test.ts', "it.concurrent.only('x', () => {})"],
    [service, '// @ts-expect-error it works'],
    [service, '// biome-ignore lint/suspicious/noExplicitAny: why not'],
    [service, "const key = process.env['KEY'];"],
    [pure, 'const now = Date.now();'],
    [pure, 'console.log(price);'],
    [pure, "import { randomUUID } from 'node:crypto';"],
  ])('%s: %s', (path, line) => {
    expect(findForbidden(path, `\n${line}\n`)).toEqual([expect.stringContaining(`${path}:2: `)]);
  });

  it.each([
    ['README.md', 'curl localhost:8787/work/ and ./work/'],
    ['packages/sse/src/a.test.ts', "it('goes only once', () => {})"],
    ['services/ingress/src/config.ts', 'readConfig(schema, process.env)'],
    [service, 'const startedAt = Date.now();'],
    [pure, '// The caller passes Date.now().'],
    [pure, ' * @example price(usage, Date.now())'],
    [pure, "message: 'Make a new one in the console.'"],
    ['packages/pricing/src/money.test.ts', 'Math.random()'],
  ])('may stand: %s: %s', (path, line) => {
    expect(findForbidden(path, line)).toEqual([]);
  });
});
