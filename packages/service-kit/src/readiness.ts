/** What a process needs to do its work, and whether it has it. */
export interface ReadinessReport {
  ready: boolean;
  checks: Record<string, ReadinessCheck>;
}

export interface ReadinessCheck {
  ready: boolean;
  /** For operators: counts, ages, names. */
  detail?: Readonly<Record<string, string | number | boolean>>;
}

export type Check = () => ReadinessCheck | boolean | Promise<ReadinessCheck | boolean>;

/** A check that takes longer says no: whoever asks wants to know now. */
const checkTimeoutMs = 2000;

/** Asked at the moment of the question, so that the answer is the truth and not a memory of it. */
export interface Readiness {
  add(name: string, check: Check): void;
  report(): Promise<ReadinessReport>;
}

export function createReadiness(): Readiness {
  const checks = new Map<string, Check>();
  return {
    add: (name, check) => {
      checks.set(name, check);
    },
    async report() {
      const asked = [...checks].map(async ([name, check]) => [name, await ask(check)] as const);
      const results = await Promise.all(asked);
      return {
        ready: results.every(([, result]) => result.ready),
        checks: Object.fromEntries(results),
      };
    },
  };
}

async function ask(check: Check): Promise<ReadinessCheck> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, checkTimeoutMs, null);
  try {
    const result = await Promise.race([check(), late]);
    if (result === null) return { ready: false, detail: { reason: 'no_answer_in_time' } };
    return typeof result === 'boolean' ? { ready: result } : result;
  } catch {
    return { ready: false, detail: { reason: 'cannot_be_asked' } };
  } finally {
    clearTimeout(timer);
  }
}
