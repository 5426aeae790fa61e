import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from './list-files.ts';

export interface WorkspacePackage {
  readonly name: string;
  /** `packages/sse`; empty for the root. */
  readonly folder: string;
  /** What it may import at run time. */
  readonly dependencies: ReadonlySet<string>;
  /** What its tests and tools may import too. */
  readonly devDependencies: ReadonlySet<string>;
}

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** The packages of the workspace, innermost folders first. */
export function readPackages(root: string): WorkspacePackage[] {
  return listFiles(root)
    .filter((path) => /(^|\/)package\.json$/.test(path))
    .map((path) => {
      const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
      return {
        name: manifest.name,
        folder: path.replace(/\/?package\.json$/, ''),
        dependencies: namesOf(
          manifest.dependencies,
          manifest.optionalDependencies,
          manifest.peerDependencies,
        ),
        devDependencies: namesOf(manifest.devDependencies),
      };
    })
    .sort((a, b) => b.folder.length - a.folder.length);
}

function namesOf(...lists: (Record<string, string> | undefined)[]): Set<string> {
  return new Set(lists.flatMap((list) => Object.keys(list ?? {})));
}

export function packageOf(path: string, packages: readonly WorkspacePackage[]): WorkspacePackage {
  const owner = packages.find(({ folder }) => folder === '' || path.startsWith(`${folder}/`));
  if (owner === undefined) throw new Error(`${path} belongs to no package`);
  return owner;
}
