export interface EngineError {
  readonly code: number;
  readonly type: string;
  readonly message: string;
}

/**
 * What ClickHouse itself said, of a server or in the process: the two have an error class each, of
 * the same form. @throws what is no answer of ClickHouse: it was not reached, or we have a bug.
 */
export function engineErrorOf(error: unknown): EngineError {
  if (error instanceof Error) {
    const { code, type } = error as { code?: unknown; type?: unknown };
    if (typeof code === 'string' && /^\d+$/.test(code) && typeof type === 'string')
      return { code: Number(code), type, message: error.message };
  }
  throw error;
}

/** Not reached, cut off, or silent for too long: whether it was done nobody knows. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // The client has no class and no code for a timeout.
  return (
    /^E[A-Z]+$/.test((error as NodeJS.ErrnoException).code ?? '') ||
    error.message === 'Timeout error.'
  );
}
