import type { Decision } from '@fluxrouter/generated/events';

/**
 * The `routor` object of an answer that is not streamed, as JSON. Every text in it is from a closed
 * list or of a grammar without quotes, so none needs escaping.
 * @param savings tenths of a percent; undefined, where there is nothing to compare, is null as in the record
 */
export function routorJson(
  { tier, profile, confidencePercent, method }: Decision,
  servedModel: string,
  savings: number | undefined,
): string {
  const confidence = confidencePercent / 100;
  const savingsPct = savings === undefined ? null : savings / 10;
  return `{"model":"${servedModel}","tier":"${tier}","profile":"${profile}","confidence":${confidence},"savingsPct":${savingsPct},"method":"${method}"}`;
}
