import type { Directives } from './directives.ts';

const faultMembers = [
  'status',
  'die',
  'errorAfterChunks',
  'garbage',
  'noTerminal',
  'endless',
  'headDelayMs',
  'firstByteDelayMs',
  'silentMs',
] as const satisfies readonly (keyof Directives)[];

const keysRemembered = 100_000;

/** Decides whether a request meets the faults that its directive names. */
export type FaultGate = (directives: Directives, model: string) => Directives;

/** `failModels` and `failTimes` take the faults away from the requests that they spare. */
export function createFaultGate(): FaultGate {
  const failedByKey = new Map<string, number>();

  function isSpared(directives: Directives, model: string): boolean {
    if (directives.failModels && !directives.failModels.includes(model)) return true;
    if (directives.failTimes === undefined) return false;
    const key = directives.failKey ?? '';
    const failed = failedByKey.get(key) ?? 0;
    if (failed >= directives.failTimes) return true;
    failedByKey.set(key, failed + 1);
    if (failedByKey.size > keysRemembered) {
      for (const oldest of failedByKey.keys()) {
        failedByKey.delete(oldest);
        break;
      }
    }
    return false;
  }

  return (directives, model) => {
    if (directives.failModels === undefined && directives.failTimes === undefined) {
      return directives;
    }
    if (isSpared(directives, model)) return without(directives, faultMembers);
    const namesFault = faultMembers.some((member) => directives[member] !== undefined);
    return namesFault ? directives : { ...directives, status: 500 };
  };
}

function without(directives: Directives, members: readonly (keyof Directives)[]): Directives {
  const kept = Object.entries(directives).filter(
    ([name]) => !members.includes(name as keyof Directives),
  );
  return Object.fromEntries(kept) as Directives;
}
