import type { UsageQuestion } from '../usage-question.ts';
import type { Statement } from './statement.ts';

export type UsageRow = {
  start_ms: string;
  groups: string[];
  requests: string;
  errors: string;
} & Record<`${(typeof counts)[number] | (typeof amounts)[number]}_sum`, string>;

const counts = [
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'images',
] as const;

// 2^64 pico-USD are 18 million dollars: the sum needs more than one price does.
const amounts = ['charged_pico_usd', 'direct_cost_pico_usd'] as const;

const groupColumns = {
  lane: 'lane',
  model: 'model',
  key: 'key',
  tier: 'tier',
  dialect: 'dialect',
  outcome: 'request_outcome',
} as const;

const bucketStarts = {
  hour: 'toStartOfHour(received_at, {tz:String})',
  day: 'toStartOfDay(received_at, {tz:String})',
  // The function gives a date; its midnight is one of the zone.
  month: 'toDateTime(toStartOfMonth(received_at, {tz:String}), {tz:String})',
} as const;

/**
 * Sums of the accepted attempts and counts of the ends, the first copy of each. An attempt knows only
 * how it ended itself: by outcome means the request's, which is in another row of it.
 */
export function usageOf(question: UsageQuestion, bucketsMax: number): Statement {
  const { account, fromMs, toMs, granularity, groupBy, tz } = question;
  const values: Record<string, unknown> = { bucketsMax };
  const groups = groupBy.map((group, index) => {
    if (group.kind === 'column') return `toString(${groupColumns[group.column]})`;
    values[`tag${index}`] = group.tag;
    return `tags[{tag${index}:String}]`;
  });
  const conditions = ['(attempt = 0 OR accepted)'];
  const where = (condition: string, name: string, value: unknown) => {
    conditions.push(condition);
    values[name] = value;
  };
  if (account !== '') where('account = {account:String}', 'account', account);
  if (fromMs > 0)
    where("received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')", 'from', fromMs);
  if (toMs > 0) where("received_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')", 'to', toMs);
  if (granularity !== 'total') values['tz'] = tz;
  const source = `flux.usage FINAL\nWHERE ${conditions.join('\n  AND ')}`;
  const byOutcome = groupBy.some((group) => group.kind === 'column' && group.column === 'outcome');
  const start =
    granularity === 'total'
      ? 'toInt64(0)'
      : `toInt64(toUnixTimestamp(${bucketStarts[granularity]})) * 1000`;
  const grouped = granularity !== 'total' || groups.length > 0;
  return {
    text: `SELECT
  ${start} AS start_ms,
  [${groups.join(', ')}]::Array(String) AS groups,
  countIf(attempt = 0) AS requests,
  ${counts.map((name) => `sumIf(toUInt64(ifNull(${name}, 0)), accepted) AS ${name}_sum`).join(',\n  ')},
  ${amounts.map((name) => `sumIf(toUInt128(${name}), accepted) AS ${name}_sum`).join(',\n  ')},
  countIf(attempt = 0 AND outcome IN ('refused', 'failed', 'cut', 'orphaned')) AS errors
FROM ${byOutcome ? `(${withOutcomeOfRequest(source)})` : source}
${grouped ? 'GROUP BY start_ms, groups\nORDER BY start_ms, groups\n' : ''}LIMIT {bucketsMax:UInt32}`,
    values,
  };
}

/** The rows with the outcome of their request, which its end has. */
function withOutcomeOfRequest(source: string): string {
  return `
  SELECT *, anyIf(outcome, attempt = 0) OVER (
    PARTITION BY account, received_at, request_id
  ) AS request_outcome
  FROM ${source}
`;
}
