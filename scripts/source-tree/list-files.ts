import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const skippedAnywhere = new Set([
  'node_modules',
  '.git',
  '.kafka',
  'coverage',
  '.vitest',
  '.vitest-cache',
]);
const skippedAtTheTop = new Set(['data']);
const skippedNames = /\.(log|tmp|tsbuildinfo)$/;

/** Every file of the checkout that is somebody's work, as `packages/sse/src/index.ts`. */
export function listFiles(root: string): string[] {
  const found: string[] = [];
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (skippedAnywhere.has(entry.name) || skippedAtTheTop.has(path)) continue;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile() && !skippedNames.test(entry.name)) found.push(path);
    }
  };
  visit('');
  return found.sort();
}

/** Folders that hold TypeScript of ours; `tsconfig.json` includes the same. */
export const sourceFolders = [
  'packages',
  'services',
  'sandbox-provider',
  'cli',
  'bench',
  'tests',
  'scripts',
] as const;

export function listSources(root: string): string[] {
  const inSources = new RegExp(`^(${sourceFolders.join('|')})/.*\\.ts$`);
  return listFiles(root).filter((path) => inSources.test(path));
}
