import { delimiter, join, resolve } from 'node:path';

/** The checkout that these scripts belong to. */
export const repositoryRoot = resolve(import.meta.dirname, '../..');

/** A tool of the workspace, as pnpm links it. */
export const toolPath = (name: string) => join(repositoryRoot, 'node_modules/.bin', name);

/**
 * The environment of every child: `node` is the workspace's, whatever else is installed. The binary
 * itself, not the `node` of `.bin`: that one is a shell script that waits for it, and signals end there.
 */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const folders = ['node_modules/node/bin', 'node_modules/.bin'];
  const path = [...folders.map((each) => join(repositoryRoot, each)), process.env['PATH'] ?? ''];
  return { ...process.env, PATH: path.join(delimiter) };
}

/** Type stripping, node:sqlite and vitest need it; package scripts silently run what the machine has. */
export function requireNode24(): void {
  if (Number(process.versions.node.split('.')[0]) >= 24) return;
  process.stderr.write(
    `This is Node ${process.versions.node}; it needs 24. Start it by npm or pnpm, or as node_modules/.bin/node.\n`,
  );
  process.exit(1);
}
