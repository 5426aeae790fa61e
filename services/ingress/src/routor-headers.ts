import type { Decision } from '@fluxrouter/generated/events';

/**
 * X-Routor-*, name and value in turn, for `DEBUG_ROUTING=1`. Savings only where the cost is known
 * before the head is written: not on streams.
 */
export function routorHeaders(
  decision: Decision,
  servedModel: string,
  savingsPermille: number | undefined,
): string[] {
  const headers = [
    'X-Routor-Model',
    servedModel,
    'X-Routor-Tier',
    decision.tier,
    'X-Routor-Confidence',
    (decision.confidencePercent / 100).toFixed(2),
    'X-Routor-Profile',
    decision.profile,
  ];
  if (savingsPermille !== undefined) {
    headers.push('X-Routor-Savings', (savingsPermille / 10).toFixed(1));
  }
  if (servedModel !== decision.routedModel) headers.push('X-Routor-Fallback', 'true');
  if (decision.historyFloor !== '') headers.push('X-Routor-History-Floor', decision.historyFloor);
  return headers;
}
