import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { listFiles } from './list-files.ts';

/** A copy of the working tree, to break things in while others work. */
export interface TreeCopy extends Disposable {
  readonly root: string;
}

/**
 * The installed packages are shared by a link; the links between our own packages are copied as links, so
 * that a package of the copy finds its neighbours in the copy.
 */
export function copyTree(root: string): TreeCopy {
  const copy = mkdtempSync(join(tmpdir(), 'fluxrouter-mutants-'));
  const files = listFiles(root);
  for (const path of files) cpSync(join(root, path), join(copy, path));
  for (const path of files.filter((each) => each.endsWith('/package.json'))) {
    const modules = join(dirname(path), 'node_modules');
    if (!existsSync(join(root, modules))) continue;
    cpSync(join(root, modules), join(copy, modules), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !isCache(basename(source)),
    });
  }
  linkInstalled(join(root, 'node_modules'), join(copy, 'node_modules'));
  return { root: copy, [Symbol.dispose]: () => rmSync(copy, { recursive: true, force: true }) };
}

/** Entry by entry: the caches of tools are not shared. */
function linkInstalled(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from).filter((name) => !isCache(name))) {
    symlinkSync(join(from, entry), join(to, entry));
  }
}

const isCache = (name: string) => /^\.(cache|vite|vitest)/.test(name);
