import type { GetUsageRequest } from '@fluxrouter/generated/query';
import { RpcError } from '@fluxrouter/service-kit/grpc';

const granularities = ['hour', 'day', 'month', 'total'] as const;
const groupColumns = ['lane', 'model', 'key', 'tier', 'dialect', 'outcome'] as const;

export type UsageGroup =
  | { readonly kind: 'column'; readonly column: (typeof groupColumns)[number] }
  | { readonly kind: 'tag'; readonly tag: string };

/** A question for usage that can be answered. */
export interface UsageQuestion {
  readonly account: string;
  readonly fromMs: number;
  /** Exclusive; 0: no end. */
  readonly toMs: number;
  readonly granularity: (typeof granularities)[number];
  readonly groupBy: readonly UsageGroup[];
  readonly tz: string;
}

const TAG_NAME = /^[a-z0-9_.-]{1,64}$/;
const GROUPS_MAX = 4;

/** @throws RpcError that names the field at fault. */
export function readUsageQuestion(request: GetUsageRequest): UsageQuestion {
  const { account, granularity, groupBy, tz } = request;
  const known = granularities.find((each) => each === granularity);
  if (known === undefined) throw invalid('granularity', `one of ${granularities.join(', ')}`);
  if (groupBy.length > GROUPS_MAX) throw invalid('group_by', `at most ${GROUPS_MAX} groups`);
  return {
    account,
    fromMs: readInstant('from', request.fromMs),
    toMs: readInstant('to', request.toMs),
    granularity: known,
    groupBy: groupBy.map(readGroup),
    tz: readTimeZone(tz),
  };
}

function readInstant(field: string, ms: number): number {
  if (ms >= 0 && ms <= 4_102_444_800_000) return Math.floor(ms);
  throw invalid(field, 'a time between 1970 and 2100');
}

function readGroup(group: string): UsageGroup {
  const column = groupColumns.find((each) => each === group);
  if (column !== undefined) return { kind: 'column', column };
  const tag = group.startsWith('tag:') ? group.slice('tag:'.length) : '';
  if (TAG_NAME.test(tag)) return { kind: 'tag', tag };
  throw invalid('group_by', `any of ${groupColumns.join(', ')}, tag:<name>`);
}

/** The zone's name as the time zone database writes it. */
function readTimeZone(tz: string): string {
  if (tz === '') return 'UTC';
  try {
    // Offsets (`+02:00`) are no names: the engine does not take them.
    if (/^[A-Za-z]/.test(tz))
      return new Intl.DateTimeFormat('en', { timeZone: tz }).resolvedOptions().timeZone;
  } catch {
    // Said below.
  }
  throw invalid('tz', 'the name of a time zone, like Europe/Berlin');
}

function invalid(field: string, expected: string): RpcError {
  return new RpcError('invalid_argument', `${field}: expected ${expected}`);
}
