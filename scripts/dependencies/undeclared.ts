import { isTest } from '../source-tree/layers.ts';
import { packageOf, type WorkspacePackage } from '../source-tree/packages.ts';
import type { CruisedModule, Import } from './cruise.ts';

/** Imports that the importing package does not declare, or that go around its neighbour's `exports`. */
export function findUndeclared(
  modules: readonly CruisedModule[],
  packages: readonly WorkspacePackage[],
): string[] {
  return modules
    .filter(({ source }) => /\.ts$/.test(source) && !source.includes('node_modules/'))
    .flatMap(({ source, dependencies }) => {
      const owner = packageOf(source, packages);
      return dependencies.flatMap((each) => {
        const complaint = complain(source, owner, each, packages);
        return complaint === undefined ? [] : [`${source}: ${complaint}`];
      });
    });
}

function complain(
  source: string,
  owner: WorkspacePackage,
  { module, resolved, coreModule, couldNotResolve }: Import,
  packages: readonly WorkspacePackage[],
): string | undefined {
  // The rule `resolved` tells of those that lead nowhere.
  if (coreModule || (couldNotResolve && module.startsWith('.'))) return undefined;
  if (module.startsWith('.')) {
    // The root's scripts have no name to import others by.
    if (owner.folder === '' || packageOf(resolved, packages) === owner) return undefined;
    return `${module} leaves ${owner.folder}; import it by the package's name`;
  }
  const name = packageNameOf(module);
  if (name === owner.name || owner.dependencies.has(name)) return undefined;
  if (isTest(source) && isTestTool(name, owner, packages)) return undefined;
  return `${name} is not among the dependencies of ${owner.folder || 'the root'}/package.json`;
}

/** vitest and fast-check are the root's, one version for all. */
function isTestTool(
  name: string,
  owner: WorkspacePackage,
  packages: readonly WorkspacePackage[],
): boolean {
  const root = packages.find(({ folder }) => folder === '');
  return owner.devDependencies.has(name) || root?.devDependencies.has(name) === true;
}

/** `@fluxrouter/service-kit/config` → `@fluxrouter/service-kit`, `chdb/connection` → `chdb`. */
function packageNameOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
