import { type FSWatcher, watch } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const watched = ['packages', 'services', 'sandbox-provider'];
const settleMs = 200;

/** Whether a change of that file changes what runs. */
export function isSource(path: string): boolean {
  const segments = path.split(/[\\/]/);
  if (segments.includes('node_modules') || segments.includes('launcher')) return false;
  return /\.(ts|sql|json)$/.test(path) && !/\.(test|contract)\.ts$/.test(path);
}

/** Calls back once editors have been quiet for a moment. Returns what ends the watch. */
export function watchSources(onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const changed = (_event: string, path: string | null) => {
    if (path === null || !isSource(path)) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, settleMs);
  };
  const watchers: FSWatcher[] = watched.map((directory) =>
    watch(`${root}${directory}`, { recursive: true }, changed),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
