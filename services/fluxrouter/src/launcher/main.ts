import { enableCompileCache } from 'node:module';
import { checkNodeVersion } from './node-version.ts';

const problem = checkNodeVersion(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
enableCompileCache(process.env['NODE_COMPILE_CACHE']);
const { launch } = await import('./launch.ts');
process.exitCode = await launch(process.argv.slice(2), process.env);
