import { compileCache } from './compile-cache.ts';
import { checkNodeVersion } from './node-version.ts';

const problem = checkNodeVersion(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}

const args = process.argv.slice(2);
// With --watch the sources change all the time, and memory is no concern.
const staysForLong = !args.includes('--check-config') && !args.includes('--watch');
if (staysForLong && process.env['FLUX_LAUNCHER'] !== 'begun-anew') await beginAnew();

const { launch } = await import('./launch.ts');
process.exitCode = await launch(args, process.env);

/**
 * Fills the compile cache where it has to be, and begins this very process again from it: pid,
 * parent and terminal stay, the memory of compiling does not. Where that cannot be, it just goes on.
 */
async function beginAnew(): Promise<void> {
  const cache = compileCache(process.env['NODE_COMPILE_CACHE']);
  if (cache === undefined) return;
  process.env['NODE_COMPILE_CACHE'] = cache.directory;
  if (!cache.isFilled()) {
    const { fillCompileCache } = await import('./fill-compile-cache.ts');
    await fillCompileCache(process.env);
    await import('./launch.ts');
    cache.markFilled();
  }
  // A channel to whoever forked us does not outlive this; its number must not either.
  const { NODE_CHANNEL_FD: _channel, ...env } = process.env as Record<string, string>;
  const line = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve?.(process.execPath, line, { ...env, FLUX_LAUNCHER: 'begun-anew' });
}
