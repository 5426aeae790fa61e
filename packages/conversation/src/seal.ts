import type { ReasoningBlock, Seal } from './blocks.ts';

/**
 * How a seal travels through a dialect that is not its origin's: `fluxseal1.` and the base64url of
 * a JSON array of dialect, model, data. Only what has come through here looks so, and a request
 * that holds it anywhere is never passed on untouched.
 */
export const SEAL_PREFIX = 'fluxseal1.';

function wrapSeal({ origin, data }: Seal): string {
  const json = JSON.stringify([origin.dialect, origin.model, data]);
  return SEAL_PREFIX + Buffer.from(json).toString('base64url');
}

/** A seal from a field of `dialect`: wrapped by us, or that dialect's own. */
export function readSeal(text: string, dialect: string): Seal {
  if (text.startsWith(SEAL_PREFIX)) {
    const seal = unwrap(text.slice(SEAL_PREFIX.length));
    if (seal !== null) return seal;
  }
  return { origin: { dialect, model: null }, data: text };
}

function unwrap(text: string): Seal | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!Array.isArray(value) || value.length !== 3) return null;
    const [dialect, model, data] = value as unknown[];
    if (typeof dialect !== 'string' || typeof data !== 'string') return null;
    if (model !== null && typeof model !== 'string') return null;
    return { origin: { dialect, model }, data };
  } catch {
    return null;
  }
}

/** A seal as a field of `dialect` says it: as it is at home, wrapped elsewhere. */
export function writeSeal(seal: Seal, dialect: string): string {
  return seal.origin.dialect === dialect && seal.origin.model === null ? seal.data : wrapSeal(seal);
}

/** Whether a model of a dialect would know this reasoning as its own. */
export function isFrom(
  block: ReasoningBlock,
  home: string,
  target: { readonly dialect: string; readonly model: string },
): boolean {
  if (block.seal === undefined) return home === target.dialect;
  const { origin } = block.seal;
  return origin.dialect === target.dialect && (origin.model ?? target.model) === target.model;
}
