import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../process/repository.ts';
import { runCommand } from '../process/run-command.ts';
import { copyTree, type TreeCopy } from '../source-tree/tree-copy.ts';

/** What somebody could write, and what the check must answer. */
const planted: readonly (readonly [file: string, line: string, answer: string])[] = [
  [
    'packages/pricing/src/money.ts',
    "import 'node:fs';",
    'pure-does-no-io: packages/pricing/src/money.ts → fs',
  ],
  [
    'packages/sse/src/encode-frame.ts',
    "import '../../event-bus/src/port.ts';",
    'pure-imports-pure: packages/sse/src/encode-frame.ts → packages/event-bus/src/port.ts',
  ],
  [
    'packages/event-bus/src/port.ts',
    "import '../../../services/router/src/ports.ts';",
    'shell-below-services: packages/event-bus/src/port.ts → services/router/src/ports.ts',
  ],
  [
    'services/router/src/ports.ts',
    "import '../../ingress/src/ports.ts';",
    'services-do-not-import-each-other: services/router/src/ports.ts → services/ingress/src/ports.ts',
  ],
  [
    'sandbox-provider/src/words.ts',
    "import '../../packages/errors/src/codes.ts';",
    'sandbox-shares-nothing: sandbox-provider/src/words.ts → packages/errors/src/codes.ts',
  ],
  [
    'packages/errors/src/flux-error.ts',
    "import '../../../tests/e2e/support/records.ts';",
    'nothing-imports-tests: packages/errors/src/flux-error.ts → tests/e2e/support/records.ts',
  ],
  [
    'packages/pricing/src/savings.ts',
    "import './money.test.ts';",
    'production-imports-no-tests: packages/pricing/src/savings.ts → packages/pricing/src/money.test.ts',
  ],
  ['packages/errors/src/codes.ts', "import './field-errors.ts';", 'no-cycles: '],
  [
    'packages/pricing/src/usage.ts',
    "import '@fluxrouter/sse';",
    '@fluxrouter/sse is not among the dependencies of packages/pricing/package.json',
  ],
  [
    'packages/journal/src/byte-buffer.ts',
    "import '../../event-bus/src/index.ts';",
    "leaves packages/journal; import it by the package's name",
  ],
];

async function checkIn(copy: TreeCopy) {
  const script = join(copy.root, 'scripts/check-dependencies.ts');
  return runCommand({
    program: process.execPath,
    arguments: [script],
    directory: copy.root,
    limitSeconds: 60,
  });
}

describe('the check of the direction', () => {
  let copy: TreeCopy;
  let said: string;

  beforeAll(async () => {
    copy = copyTree(repositoryRoot);
    for (const [file, line] of planted) appendFileSync(join(copy.root, file), `${line}\n`);
    appendFileSync(
      join(copy.root, 'packages/errors/src/field-errors.ts'),
      "import './codes.ts';\n",
    );
    const result = await checkIn(copy);
    said = result.output;
    expect(result.exitCode).toBe(1);
  });

  afterAll(() => copy[Symbol.dispose]());

  it.each(planted)('%s: %s', (_file, _line, answer) => {
    expect(said).toContain(answer);
  });

  it('fails where the cruise sees files, but not their imports', async () => {
    // What a TypeScript that dependency-cruiser does not know comes to: no violation, exit code 0.
    const config = join(copy.root, '.dependency-cruiser.mjs');
    writeFileSync(
      config,
      "export default { forbidden: [], options: { exclude: { path: '.', dynamic: false } } };",
    );
    const { exitCode, output } = await checkIn(copy);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/was not cruised|none was seen/);
  });
});
