import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NPM_CLIENTS, type NpmClient, PYTHON_CLIENTS } from './versions.ts';

/** Outside of the workspace; what is there is used again. */
const cache =
  process.env['CLIENTS_CACHE'] ?? join(homedir(), '.cache', 'fluxrouter', 'real-clients');
const INSTALL_MS_MAX = 600_000;

/** Where a client is, or what it lacks here. */
export type Installed = { readonly at: string } | { readonly needs: string };

/** npm's packages of one client, in a directory of their own. */
export function installNpm(client: NpmClient): Installed {
  const dependencies = NPM_CLIENTS[client];
  return install(client, JSON.stringify(dependencies), (at) => {
    writeFileSync(join(at, 'package.json'), JSON.stringify({ private: true, dependencies }));
    const problem = run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], at);
    // npm leaves install scripts to be allowed one by one; this one puts the program in its place.
    const script = join(at, 'node_modules/@anthropic-ai/claude-code/install.cjs');
    if (problem !== null || !existsSync(script)) return problem;
    return run(process.execPath, [script], join(script, '..'));
  });
}

/** A virtual environment with the Python clients; `at` is its interpreter's directory. */
export function installPython(): Installed {
  const installed = install('python', PYTHON_CLIENTS.join(), (at) => {
    const problem = run('python3', ['-m', 'venv', '.'], at);
    if (problem !== null) return problem;
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    return run(join(at, 'bin/python'), [...pip, ...PYTHON_CLIENTS], at);
  });
  return 'at' in installed ? { at: join(installed.at, 'bin') } : installed;
}

/** A package of an installed client, as that client would import it. */
// biome-ignore lint/suspicious/noExplicitAny: its types are not here
export async function load(at: string, name: string): Promise<any> {
  const found = createRequire(join(at, 'package.json')).resolve(name);
  return import(pathToFileURL(found).href);
}

function install(name: string, pins: string, fill: (at: string) => string | null): Installed {
  const hash = createHash('sha256').update(pins).digest('hex').slice(0, 12);
  const at = join(cache, `${name}-${hash}`);
  if (existsSync(join(at, '.installed'))) return { at };
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at, { recursive: true });
  const needs = fill(at);
  if (needs !== null) return { needs };
  writeFileSync(join(at, '.installing'), '');
  renameSync(join(at, '.installing'), join(at, '.installed'));
  return { at };
}

/** What was missing; null: nothing. */
function run(program: string, args: readonly string[], cwd: string): string | null {
  const { error, status, stderr } = spawnSync(program, args, {
    cwd,
    timeout: INSTALL_MS_MAX,
    encoding: 'utf8',
  });
  if (error !== undefined) return `${program} (${error.message})`;
  if (status === 0) return null;
  return `${[program, ...args].join(' ')} to succeed: ${stderr.trim().split('\n').at(-1)}`;
}
