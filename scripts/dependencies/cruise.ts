import { toolPath } from '../process/repository.ts';
import { runCommand } from '../process/run-command.ts';
import { sourceFolders } from '../source-tree/list-files.ts';

export interface Import {
  /** As it is written (`./x.ts`, `@fluxrouter/sse`), but for the `node:` of a built-in module. */
  readonly module: string;
  /** Where it leads: `packages/sse/src/index.ts`, `node_modules/.pnpm/…`. */
  readonly resolved: string;
  readonly coreModule: boolean;
  readonly couldNotResolve: boolean;
}

export interface CruisedModule {
  readonly source: string;
  readonly dependencies: readonly Import[];
}

export interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
  readonly comment?: string;
  readonly cycle?: readonly { readonly name: string }[];
}

export interface Cruise {
  readonly modules: readonly CruisedModule[];
  readonly violations: readonly Violation[];
}

/** Every import of the sources, and the rules of .dependency-cruiser.mjs that they break. */
export async function cruise(root: string): Promise<Cruise> {
  const result = await runCommand({
    program: toolPath('depcruise'),
    arguments: ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...sourceFolders],
    directory: root,
    limitSeconds: 120,
  });
  if (result.exitCode !== 0 || !result.output.startsWith('{')) {
    throw new Error(`dependency-cruiser failed:\n${result.output}`);
  }
  const report = JSON.parse(result.output) as {
    modules: CruisedModule[];
    summary: { violations: Violation[] };
  };
  return { modules: report.modules, violations: report.summary.violations };
}
