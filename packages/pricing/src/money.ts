/** Pico-USD (1e-12 USD) in one US dollar. Money is `bigint` pico-USD everywhere; `number` never holds it. */
export const PICO_PER_USD = 1_000_000_000_000n;

const USD_DECIMALS = 12;
const PER_MILLION_DECIMALS = 6;

/**
 * Reads an exact decimal (`0.000412`, `-3`, `10.50`) as an integer of `10^-decimals`.
 * No exponent, no plus sign, no bare point, no more fraction digits than `decimals`.
 */
export function parseDecimal(text: string, decimals: number): bigint {
  const negative = text.startsWith('-');
  const digits = negative ? text.slice(1) : text;
  const point = digits.indexOf('.');
  const whole = point < 0 ? digits : digits.slice(0, point);
  const fraction = point < 0 ? '' : digits.slice(point + 1);
  if (!isDigits(whole) || (point >= 0 && !isDigits(fraction))) {
    throw new RangeError(`not an exact decimal: ${JSON.stringify(text.slice(0, 40))}`);
  }
  if (fraction.length > decimals) {
    throw new RangeError(`more than ${decimals} decimals: ${text.slice(0, 40)}`);
  }
  const value = BigInt(whole + fraction.padEnd(decimals, '0'));
  return negative ? -value : value;
}

/** The exact decimal of an integer of `10^-decimals`: no exponent, no trailing zeros, `0` for zero. */
function formatDecimal(value: bigint, decimals: number): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = dropTrailingZeros(digits.slice(digits.length - decimals));
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** US dollars as an exact decimal string → pico-USD. */
export function parseUsd(text: string): bigint {
  return parseDecimal(text, USD_DECIMALS);
}

/** Pico-USD → US dollars as an exact decimal string (`0.000412`; `0` for nothing). */
export function formatUsd(picoUsd: bigint): string {
  return formatDecimal(picoUsd, USD_DECIMALS);
}

/**
 * A vendor's price in USD per 1M tokens → pico-USD per token, exactly: $1 per 1M is 1,000,000 pico a token.
 * More than six decimals would not be a whole number of pico-USD a token: a RangeError.
 */
export function parseUsdPerMillion(text: string): bigint {
  return parseDecimal(text, PER_MILLION_DECIMALS);
}

/** Pico-USD per token → USD per 1M tokens as an exact decimal string. */
export function formatUsdPerMillion(picoUsdPerToken: bigint): string {
  return formatDecimal(picoUsdPerToken, PER_MILLION_DECIMALS);
}

/** `numerator / denominator` to the nearest whole number, ties to the even one. The only rounding in this package. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new RangeError('division by zero');
  const sign = denominator < 0n ? -1n : 1n;
  const top = numerator * sign;
  const bottom = denominator * sign;
  let quotient = top / bottom;
  let rest = top % bottom;
  if (rest < 0n) {
    quotient -= 1n;
    rest += bottom;
  }
  const twice = rest * 2n;
  const up = twice > bottom || (twice === bottom && quotient % 2n !== 0n);
  return up ? quotient + 1n : quotient;
}

function isDigits(text: string): boolean {
  if (text.length === 0) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

function dropTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 48) end--;
  return digits.slice(0, end);
}
