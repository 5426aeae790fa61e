/** US dollars as an exact decimal, in pico-USD; no float on the way. */
export function pico(usd: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,12}))?$/.exec(usd);
  if (match === null) throw new Error(`no exact decimal: ${usd}`);
  return BigInt(match[1] + (match[2] ?? '').padEnd(12, '0'));
}

/** Tokens at so many US dollars for a million of them, in pico-USD: $1 a million is 10^6 a token. */
export function priceOf(tokens: number, usdPerMillion: string): bigint {
  return (BigInt(tokens) * pico(usdPerMillion)) / 1_000_000n;
}

export function usd(picoUsd: bigint): string {
  const digits = picoUsd.toString().padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, '');
}
