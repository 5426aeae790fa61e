import type { CpuProfile } from './inspector.ts';

export interface SelfTime {
  readonly name: string;
  /** Of the samples in which the thread was not idle. */
  readonly percent: number;
}

export interface ProfileSummary {
  readonly functions: readonly SelfTime[];
  /** By dependency, and by service or package of ours. */
  readonly places: readonly SelfTime[];
}

const idle = new Set(['(idle)', '(root)']);

/**
 * Self times by function and by place, largest first. Samples are counted, not the time between
 * them: that includes what the thread waited for a core.
 */
export function summarise({ nodes, samples }: CpuProfile): ProfileSummary {
  const samplesOf = new Map<number, number>();
  for (const id of samples) samplesOf.set(id, (samplesOf.get(id) ?? 0) + 1);
  const functions = new Map<string, number>();
  const places = new Map<string, number>();
  const add = (to: Map<string, number>, name: string, count: number) =>
    to.set(name, (to.get(name) ?? 0) + count);
  for (const { id, callFrame } of nodes) {
    const { functionName, url, lineNumber } = callFrame;
    const count = samplesOf.get(id);
    if (count === undefined || idle.has(functionName)) continue;
    const path = shortPath(url);
    const where = path === '' ? '' : ` ${path}:${lineNumber + 1}`;
    add(functions, `${functionName || '(anonymous)'}${where}`, count);
    add(places, placeOf(path) || functionName || '(native)', count);
  }
  return { functions: inOrder(functions), places: inOrder(places) };
}

function inOrder(counts: ReadonlyMap<string, number>): SelfTime[] {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => ({ name, percent: (count * 100) / all }));
}

/** Without what is the same in all: the checkout's place, the package store. */
function shortPath(url: string): string {
  const dependency = url.lastIndexOf('/node_modules/');
  if (dependency !== -1) return url.slice(dependency + '/node_modules/'.length);
  return url.replace(new URL('../../../', import.meta.url).href, '');
}

function placeOf(path: string): string {
  if (path === '' || path.startsWith('node:')) return path;
  const parts = path.split('/');
  const isDeep = ['services', 'packages'].includes(parts[0] ?? '') || path.startsWith('@');
  return parts.slice(0, isDeep ? 2 : 1).join('/');
}
