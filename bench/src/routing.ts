/**
 * Quality and speed of the router, as docs/routing-quality.md. Run: pnpm bench:routing
 * Needs the dev split with its evaluator beside the checkout (../shared/routing-dev, or ROUTING_DEV) and python3.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDevSet } from './routing/dev-set.ts';
import { qualityPage } from './routing/quality-page.ts';

const root = join(import.meta.dirname, '../..');
const directory = process.env['ROUTING_DEV'] ?? join(root, '../shared/routing-dev');
const items = readDevSet(directory);
if (items === null) {
  console.error(
    `There is no dev split at ${directory}: nothing was measured, docs/routing-quality.md stays as it is.\n` +
      'Set ROUTING_DEV to the directory with labels.jsonl, prompts.jsonl and eval_routing.py.',
  );
  process.exit(2);
}
const scratch = mkdtempSync(join(tmpdir(), 'flux-routing-'));
try {
  const page = qualityPage({ items, directory, scratch, root });
  writeFileSync(join(root, 'docs/routing-quality.md'), page);
  console.log(page);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
