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

/** Asked at the moment of the question, so that the answer is the truth and not a memory of it. */
export interface Readiness {
  add(name: string, check: () => ReadinessCheck | boolean): void;
  report(): ReadinessReport;
}

export function createReadiness(): Readiness {
  const checks = new Map<string, () => ReadinessCheck | boolean>();
  return {
    add: (name, check) => {
      checks.set(name, check);
    },
    report() {
      const results = [...checks].map(([name, check]) => [name, ask(check)] as const);
      return {
        ready: results.every(([, result]) => result.ready),
        checks: Object.fromEntries(results),
      };
    },
  };
}

function ask(check: () => ReadinessCheck | boolean): ReadinessCheck {
  try {
    const result = check();
    return typeof result === 'boolean' ? { ready: result } : result;
  } catch {
    return { ready: false };
  }
}
