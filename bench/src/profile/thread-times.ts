import { type Thread, threadsOf } from '../processes/process-reading.ts';

export interface ThreadTimes {
  /** The one that runs our code; the profile is of this one. */
  readonly mainMs: number;
  /** By the name that Node or V8 gave them. */
  readonly others: readonly { readonly name: string; readonly cpuMs: number }[];
}

/** CPU of each kind of thread from now until the returned function is called. */
export function watchThreads(pid: number): () => ThreadTimes {
  const before = new Map(threadsOf(pid).map(({ id, cpuMs }) => [id, cpuMs]));
  const since = ({ id, cpuMs }: Thread) => cpuMs - (before.get(id) ?? 0);
  return () => {
    const threads = threadsOf(pid);
    const others = Map.groupBy(
      threads.filter(({ id }) => id !== pid),
      ({ name }) => name,
    );
    return {
      mainMs: threads.filter(({ id }) => id === pid).reduce((sum, each) => sum + since(each), 0),
      others: [...others]
        .map(([name, of]) => ({ name, cpuMs: of.reduce((sum, each) => sum + since(each), 0) }))
        .sort((a, b) => b.cpuMs - a.cpuMs),
    };
  };
}
