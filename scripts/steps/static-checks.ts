import { repositoryRoot, toolPath } from '../process/repository.ts';
import type { Step } from './run-steps.ts';

const step = (name: string, program: string, ...args: string[]): Step => ({
  name,
  command: { program, arguments: args, limitSeconds: 180 },
});

const script = (name: string, file: string) => step(name, process.execPath, `scripts/${file}`);

// Kept, so that the second run checks only what changed.
const typeCache = `${repositoryRoot}/node_modules/.cache/fluxrouter/types.tsbuildinfo`;

/** Everything that is known without running the code; the longest first, so that none waits for it. */
export const staticChecks: readonly Step[] = [
  step('types', toolPath('tsc'), '--noEmit', '--incremental', '--tsBuildInfoFile', typeCache),
  script('deps', 'check-dependencies.ts'),
  script('proto', 'check-proto.ts'),
  step('unused', toolPath('knip'), '--no-progress', '--no-config-hints'),
  step('lint', toolPath('biome'), 'check', '--max-diagnostics=20', '.'),
  script('docs', 'check-docs.ts'),
  script('files', 'check-files.ts'),
];
