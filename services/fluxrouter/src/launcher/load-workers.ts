import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/**
 * Run once while the compile cache is being filled: loads the files of worker threads, which the
 * processes start only when they have something for them to do.
 */
const root = fileURLToPath(new URL('../../../../', import.meta.url));

const loadedAfterMs = 1500;

function workerFiles(): string[] {
  const packages = ['packages', 'services'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name, 'src')),
  );
  return packages.flatMap((sources) => {
    const files = readdirSync(sources, { recursive: true, encoding: 'utf8' });
    return files
      .filter((file) => /(^|[/-])worker\.ts$/.test(file))
      .map((file) => join(sources, file));
  });
}

/** Nothing tells that a file has been loaded; by this time it has, or this thread is loaded uncached. */
async function load(file: string): Promise<void> {
  const worker = new Worker(file, { stdout: true, stderr: true });
  await new Promise<void>((resolve) => {
    worker.once('error', () => resolve());
    worker.once('exit', () => resolve());
    setTimeout(resolve, loadedAfterMs);
  });
  await worker.terminate();
}

await Promise.all(workerFiles().map(load));
