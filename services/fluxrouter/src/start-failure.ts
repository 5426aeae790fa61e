import { exitCodes } from './exit-codes.ts';

/** Why a process could not start, for whoever started it. */
export function startFailure(name: string, error: unknown): { sentence: string; code: number } {
  const { code, port, address } = (error ?? {}) as NodeJS.ErrnoException & {
    port?: number;
    address?: string;
  };
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    const where = port === undefined ? 'one of its ports' : `port ${port} on ${address}`;
    return {
      sentence: `${name} cannot listen on ${where} (${code}). Set PORT or ADMIN_PORT to another one, or to 0.`,
      code: exitCodes.unavailable,
    };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { sentence: `${name} cannot start: ${detail}`, code: exitCodes.fault };
}
