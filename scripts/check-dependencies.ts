import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBlindSpots } from './dependencies/blind-spots.ts';
import { cruise, type Violation } from './dependencies/cruise.ts';
import { findUndeclared } from './dependencies/undeclared.ts';
import { repositoryRoot, requireNode24 } from './process/repository.ts';
import { listSources } from './source-tree/list-files.ts';
import { readPackages } from './source-tree/packages.ts';

requireNode24();
const root = repositoryRoot;
const { modules, violations } = await cruise(root);
const sources = listSources(root).map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}));

const complaints = [
  ...findBlindSpots(sources, modules),
  ...violations.map(inWords),
  ...findUndeclared(modules, readPackages(root)),
];
for (const complaint of complaints) console.log(complaint);
const imports = modules.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
console.log(
  `${sources.length} sources, ${imports} imports: ${complaints.length === 0 ? 'the direction holds' : `${complaints.length} against the direction`}`,
);
process.exitCode = complaints.length === 0 ? 0 : 1;

function inWords({ rule, from, to, comment, cycle }: Violation): string {
  const way = cycle === undefined ? to : cycle.map(({ name }) => name).join(' → ');
  return `${rule.name}: ${from} → ${way}${comment === undefined ? '' : `\n    ${comment}`}`;
}
