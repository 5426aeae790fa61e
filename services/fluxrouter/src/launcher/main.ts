import { compileCache, hasStripper } from './compile-cache.ts';
import { checkNodeVersion } from './node-version.ts';

const problem = checkNodeVersion(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}

const args = process.argv.slice(2);
const cache = compileCache(process.env['NODE_COMPILE_CACHE']);
const env: NodeJS.ProcessEnv = {
  ...process.env,
  ...(cache && { NODE_COMPILE_CACHE: cache.directory }),
};
const staysForLong = !args.includes('--check-config');

if (cache !== undefined && staysForLong && !cache.isFilled()) {
  const { fillCompileCache } = await import('./fill-compile-cache.ts');
  await fillCompileCache(env);
  await import('./launch.ts');
  cache.markFilled();
}
if (cache !== undefined && staysForLong && hasStripper() && env['FLUX_LAUNCHER'] !== 'lean') {
  // The same process, begun anew from the cache: pid, parent and terminal stay as they are.
  process.execve?.(
    process.execPath,
    [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    {
      ...(env as Record<string, string>),
      FLUX_LAUNCHER: 'lean',
    },
  );
}
const { launch } = await import('./launch.ts');
process.exitCode = await launch(args, env);
