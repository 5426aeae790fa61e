import type { GetUsageRequest, GetUsageResponse, UsageBucket } from '@fluxrouter/generated/query';
import { formatUsd } from '@fluxrouter/pricing';

const COUNTS = [
  ['requests', 'requests'],
  ['errors', 'errors'],
  ['input_tokens', 'inputTokens'],
  ['cache_read_tokens', 'cacheReadTokens'],
  ['cache_write_5m_tokens', 'cacheWrite5mTokens'],
  ['cache_write_1h_tokens', 'cacheWrite1hTokens'],
  ['output_tokens', 'outputTokens'],
  ['reasoning_tokens', 'reasoningTokens'],
  ['images', 'images'],
] as const;

function row(bucket: UsageBucket, groups: readonly string[]): Record<string, string | number> {
  const fields: Record<string, string | number> = {
    start: new Date(bucket.startMs).toISOString(),
  };
  for (const [index, group] of groups.entries()) fields[group] = bucket.group[index] ?? '';
  for (const [name, field] of COUNTS) fields[name] = Number(bucket[field]);
  fields['cost_usd'] = formatUsd(bucket.costPicoUsd);
  fields['direct_cost_usd'] = formatUsd(bucket.directCostPicoUsd);
  return fields;
}

export function usageJson(question: GetUsageRequest, answer: GetUsageResponse): object {
  return {
    object: 'usage',
    from: new Date(question.fromMs).toISOString(),
    to: new Date(question.toMs).toISOString(),
    granularity: question.granularity,
    group_by: question.groupBy,
    tz: question.tz === '' ? 'UTC' : question.tz,
    complete_until: new Date(answer.completeUntilMs).toISOString(),
    data: answer.buckets.map((bucket) => row(bucket, question.groupBy)),
  };
}

export function usageCsv(question: GetUsageRequest, answer: GetUsageResponse): string {
  const names = [
    'start',
    ...question.groupBy,
    ...COUNTS.map(([name]) => name),
    'cost_usd',
    'direct_cost_usd',
  ];
  const rows = answer.buckets.map((bucket) => row(bucket, question.groupBy));
  return csv(names, rows);
}

/**
 * FOCUS, the FinOps Open Cost and Usage Specification: a row a bucket, its columns by the names of
 * version 1.2 (https://focus.finops.org).
 */
export function usageFocus(question: GetUsageRequest, answer: GetUsageResponse): string {
  const names = [
    'BillingAccountId',
    'BillingCurrency',
    'ChargeCategory',
    'ChargePeriodStart',
    'ChargePeriodEnd',
    'ProviderName',
    'ServiceCategory',
    'ServiceName',
    'ConsumedQuantity',
    'ConsumedUnit',
    'BilledCost',
    'EffectiveCost',
    'ListCost',
    'Tags',
  ];
  const rows = answer.buckets.map((bucket) => {
    const groups = question.groupBy.map((group, index) => [group, bucket.group[index] ?? '']);
    const tokens =
      bucket.inputTokens +
      bucket.cacheReadTokens +
      bucket.cacheWrite5mTokens +
      bucket.cacheWrite1hTokens +
      bucket.outputTokens;
    return {
      BillingAccountId: question.account,
      BillingCurrency: 'USD',
      ChargeCategory: 'Usage',
      ChargePeriodStart: new Date(bucket.startMs).toISOString(),
      ChargePeriodEnd: new Date(endOf(question, bucket.startMs)).toISOString(),
      ProviderName: 'FluxRouter',
      ServiceCategory: 'AI and Machine Learning',
      ServiceName: 'LLM gateway',
      ConsumedQuantity: String(tokens),
      ConsumedUnit: 'Tokens',
      BilledCost: formatUsd(bucket.costPicoUsd),
      EffectiveCost: formatUsd(bucket.costPicoUsd),
      ListCost: formatUsd(bucket.directCostPicoUsd),
      Tags: JSON.stringify(Object.fromEntries(groups)),
    };
  });
  return csv(names, rows);
}

function endOf({ granularity, toMs }: GetUsageRequest, startMs: number): number {
  if (granularity === 'total') return toMs;
  if (granularity === 'hour') return startMs + 3_600_000;
  if (granularity === 'day') return startMs + 86_400_000;
  const start = new Date(startMs + 43_200_000);
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1);
}

/** RFC 4180. A field that a spreadsheet would take for a formula gets a leading apostrophe. */
function csv(
  names: readonly string[],
  rows: readonly Readonly<Record<string, string | number>>[],
): string {
  const lines = [names, ...rows.map((fields) => names.map((name) => String(fields[name] ?? '')))];
  return `${lines.map((line) => line.map(csvField).join(',')).join('\r\n')}\r\n`;
}

function csvField(text: string): string {
  const safe = /^[=+@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
