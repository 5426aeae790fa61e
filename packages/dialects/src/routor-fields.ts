import { type FluxError, invalidField } from '@fluxrouter/errors';
import { type MemberSpan, memberOf } from '@fluxrouter/json-splice';
import type { RequestReading, RoutorFields, RoutorProfile, RoutorTier } from './dialect.ts';

/** Routor's own members: read by us, taken out before a request is forwarded. */
export const routorNames = [
  'routor_profile',
  'routor_tier',
  'routor_tier_floor',
  'routor_tier_ceiling',
  'routor_max_cost',
] as const;

const profiles: readonly RoutorProfile[] = ['auto', 'tier', 'direct'];
const tiers: readonly RoutorTier[] = ['NANO', 'SIMPLE', 'LIGHT', 'STANDARD', 'COMPLEX'];
const DECIMAL = /^\d{1,9}(\.\d{1,12})?$/;
const EXPONENT = /^(\d)(?:\.(\d{1,12}))?[eE]([+-]?)0?(\d{1,2})$/;
const NO_FIELDS: RoutorFields = {};

export function readRoutorFields(reading: RequestReading): RoutorFields | FluxError {
  const { parsed } = reading;
  if (!routorNames.some((name) => parsed[name] !== undefined && parsed[name] !== null)) {
    return NO_FIELDS;
  }
  const fields: { -readonly [Name in keyof RoutorFields]: RoutorFields[Name] } = {};
  const profile = parsed['routor_profile'];
  if (profile !== undefined && profile !== null) {
    const known = profiles.find((name) => name === profile);
    if (known === undefined) return notOneOf('routor_profile', profiles);
    fields.profile = known;
  }
  for (const [key, name] of [
    ['tier', 'routor_tier'],
    ['tierFloor', 'routor_tier_floor'],
    ['tierCeiling', 'routor_tier_ceiling'],
  ] as const) {
    const tier = parsed[name];
    if (tier === undefined || tier === null) continue;
    const known = tiers.find((each) => typeof tier === 'string' && each === tier.toUpperCase());
    if (known === undefined) return notOneOf(name, tiers);
    fields[key] = known;
  }
  if (fields.tierFloor !== undefined && fields.tierCeiling !== undefined) {
    if (tiers.indexOf(fields.tierFloor) > tiers.indexOf(fields.tierCeiling)) {
      return invalidField('routor_tier_floor', 'it lies above routor_tier_ceiling');
    }
  }
  const maxCost = readMaxCost(reading);
  if (maxCost === null) {
    return invalidField('routor_max_cost', 'expected US dollars as a plain decimal such as 0.05');
  }
  if (maxCost !== undefined) fields.maxCost = maxCost;
  return fields;
}

function notOneOf(param: string, names: readonly string[]): FluxError {
  return invalidField(param, `expected one of ${names.join(', ')}`);
}

/** The decimal as it was written: a number that went through JSON.parse is no longer exact. */
function readMaxCost(reading: RequestReading): string | null | undefined {
  const sent = reading.parsed['routor_max_cost'];
  if (sent === undefined || sent === null) return undefined;
  const span = memberOf(reading.scan, 'routor_max_cost');
  const text =
    typeof sent === 'number' && span !== undefined
      ? withoutExponent(reading.body.toString('latin1', span.valueStart, span.valueEnd))
      : sent;
  return typeof text === 'string' && DECIMAL.test(text) ? text : null;
}

/** Python writes 0.00005 as `5e-05`, JavaScript 0.0000001 as `1e-7`: the same digits, the point moved. */
function withoutExponent(text: string): string {
  const [, whole = '', fraction = '', sign, digits] = EXPONENT.exec(text) ?? [];
  if (digits === undefined) return text;
  const exponent = Number(digits);
  if (sign === '-') return `0.${'0'.repeat(Math.max(0, exponent - 1))}${whole}${fraction}`;
  const point = Math.min(exponent, fraction.length);
  const integer = whole + fraction.slice(0, point) + '0'.repeat(exponent - point);
  return point < fraction.length ? `${integer}.${fraction.slice(point)}` : integer;
}

export function routorSpans(reading: RequestReading): MemberSpan[] {
  const spans: MemberSpan[] = [];
  for (const name of routorNames) {
    const span = memberOf(reading.scan, name);
    if (span !== undefined) spans.push(span);
  }
  return spans;
}
