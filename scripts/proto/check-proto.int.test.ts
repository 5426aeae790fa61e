import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { repositoryRoot } from '../process/repository.ts';
import { runCommand } from '../process/run-command.ts';
import { copyTree, type TreeCopy } from '../source-tree/tree-copy.ts';

const protoFile = 'proto/flux/events/v1/events.proto';
let copy: TreeCopy;

beforeEach(() => {
  copy = copyTree(repositoryRoot);
});
afterEach(() => copy[Symbol.dispose]());

const run = (script: string, ...args: string[]) =>
  runCommand({
    program: process.execPath,
    arguments: [join(copy.root, 'scripts', script), ...args],
    directory: copy.root,
    limitSeconds: 60,
  });

function edit(path: string, change: (text: string) => string): void {
  const file = join(copy.root, path);
  const text = readFileSync(file, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(file, changed);
}

it('is red for code that was edited or forgotten, until `pnpm gen`', async () => {
  appendFileSync(
    join(copy.root, 'packages/generated/src/flux/events/v1/events.ts'),
    '// by hand\n',
  );
  edit(protoFile, (text) => `${text}\nmessage Planted {\n  string name = 1;\n}\n`);
  const before = await run('check-proto.ts');
  expect(before.exitCode).toBe(1);
  expect(before.output).toContain('flux/events/v1/events.ts is out of date: run pnpm gen');
  expect(before.output).toContain('proto/baseline.binpb is of other protocols: run pnpm gen');
  expect(await run('generate-proto.ts')).toMatchObject({ exitCode: 0 });
  expect(await run('check-proto.ts')).toMatchObject({ exitCode: 0 });
});

it('is red for a field whose meaning was changed, and `pnpm gen` refuses it', async () => {
  edit(protoFile, (text) => text.replace(/ string (\w+) = 1;/, ' uint64 $1 = 1;'));
  const check = await run('check-proto.ts');
  expect(check.exitCode).toBe(1);
  expect(check.output).toContain('breaks what was accepted before');
  expect(await run('generate-proto.ts')).toMatchObject({ exitCode: 1 });
  expect(await run('generate-proto.ts', '--accept-breaking')).toMatchObject({ exitCode: 0 });
});

it('is red for names that buf lint refuses', async () => {
  edit(protoFile, (text) => `${text}\nmessage planted_here {}\n`);
  const { exitCode, output } = await run('check-proto.ts');
  expect(exitCode).toBe(1);
  expect(output).toContain('buf lint:');
});
