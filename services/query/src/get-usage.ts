import type { GetUsageRequest, GetUsageResponse, UsageBucket } from '@fluxrouter/generated/query';
import { RpcError } from '@fluxrouter/service-kit/grpc';
import { selectRows } from './clickhouse/statement.ts';
import { type UsageRow, usageOf } from './clickhouse/usage-statement.ts';
import type { ClickHouseReader, CompleteUntil } from './ports.ts';
import { readUsageQuestion } from './usage-question.ts';

// Hours of a year, or days of two in a dozen groups: about a megabyte.
const BUCKETS_MAX = 10_000;

export async function getUsage(
  clickhouse: ClickHouseReader,
  completeUntil: CompleteUntil,
  request: GetUsageRequest,
): Promise<GetUsageResponse> {
  const question = readUsageQuestion(request);
  // Asked first: what comes in later may be in the sums, what is promised is.
  const completeUntilMs = await completeUntil();
  const rows = await selectRows<UsageRow>(clickhouse, usageOf(question, BUCKETS_MAX + 1));
  if (rows.length > BUCKETS_MAX)
    throw new RpcError(
      'invalid_argument',
      `more than ${BUCKETS_MAX} buckets: ask for less time, a coarser granularity or fewer groups`,
    );
  const total = question.granularity === 'total';
  return {
    buckets: rows.map((row) => bucketOf(row, total ? question.fromMs : Number(row.start_ms))),
    completeUntilMs,
  };
}

function bucketOf(row: UsageRow, startMs: number): UsageBucket {
  return {
    startMs,
    group: row.groups,
    requests: BigInt(row.requests),
    inputTokens: BigInt(row.input_tokens_sum),
    cacheReadTokens: BigInt(row.cache_read_tokens_sum),
    cacheWrite5mTokens: BigInt(row.cache_write_5m_tokens_sum),
    cacheWrite1hTokens: BigInt(row.cache_write_1h_tokens_sum),
    outputTokens: BigInt(row.output_tokens_sum),
    reasoningTokens: BigInt(row.reasoning_tokens_sum),
    images: BigInt(row.images_sum),
    costPicoUsd: BigInt(row.charged_pico_usd_sum),
    directCostPicoUsd: BigInt(row.direct_cost_pico_usd_sum),
    errors: BigInt(row.errors),
  };
}
