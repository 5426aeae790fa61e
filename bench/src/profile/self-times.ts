import { type CpuProfile, samplingUs } from './inspector.ts';

export interface SelfTime {
  readonly name: string;
  /** Of the time in which the process was not idle. */
  readonly percent: number;
  readonly usPerRequest: number;
}

export interface ProfileSummary {
  readonly functions: readonly SelfTime[];
  /** By package or folder; of ours, each service and package. */
  readonly places: readonly SelfTime[];
  readonly busyUsPerRequest: number;
}

const idle = new Set(['(idle)', '(root)']);

/**
 * Self time by function and by place, largest first. A sample that came late was taken after the
 * thread had waited for a core: that time is nobody's.
 */
export function summarise(profile: CpuProfile, requests: number): ProfileSummary {
  const usById = new Map<number, number>();
  for (const [at, id] of profile.samples.entries()) {
    const us = Math.min(Math.max(0, profile.timeDeltas[at] ?? 0), 2 * samplingUs);
    usById.set(id, (usById.get(id) ?? 0) + us);
  }
  const byFunction = new Map<string, number>();
  const byPlace = new Map<string, number>();
  let busyUs = 0;
  for (const { id, callFrame } of profile.nodes) {
    const us = usById.get(id) ?? 0;
    const { functionName, url, lineNumber } = callFrame;
    if (us === 0 || idle.has(functionName)) continue;
    busyUs += us;
    const path = shortPath(url);
    const name = `${functionName || '(anonymous)'} ${path}${path && `:${lineNumber + 1}`}`.trim();
    byFunction.set(name, (byFunction.get(name) ?? 0) + us);
    const place = placeOf(path) || functionName || '(native)';
    byPlace.set(place, (byPlace.get(place) ?? 0) + us);
  }
  const ordered = (times: ReadonlyMap<string, number>): SelfTime[] =>
    [...times]
      .sort(([, a], [, b]) => b - a)
      .map(([name, us]) => ({ name, percent: (us * 100) / busyUs, usPerRequest: us / requests }));
  return {
    functions: ordered(byFunction),
    places: ordered(byPlace),
    busyUsPerRequest: busyUs / requests,
  };
}

/** Without what is the same in all: the checkout's place, the package store. */
function shortPath(url: string): string {
  const dependency = url.lastIndexOf('/node_modules/');
  if (dependency !== -1) return url.slice(dependency + '/node_modules/'.length);
  return url.replace(new URL('../../../', import.meta.url).href, '');
}

function placeOf(path: string): string {
  if (path === '') return '';
  const parts = path.split('/');
  if (path.startsWith('node:')) return path;
  const deep = ['services', 'packages'].includes(parts[0] ?? '') || path.startsWith('@');
  return parts.slice(0, deep ? 2 : 1).join('/');
}
