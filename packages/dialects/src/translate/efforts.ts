/** Budgets of thinking by effort, tokens, and back. Anthropic's least is 1,024. */
const budgets = [
  ['low', 2_048],
  ['medium', 8_192],
  ['high', 24_576],
  ['xhigh', 49_152],
] as const;

/** Anthropic's least: https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking */
export const LEAST_BUDGET = 1_024;

export function budgetOf(effort: string): number {
  for (const [name, tokens] of budgets) if (name === effort) return tokens;
  return effort === 'max' ? 49_152 : LEAST_BUDGET;
}

export function effortOf(budgetTokens: number): string {
  if (budgetTokens <= 4_096) return 'low';
  return budgetTokens <= 16_384 ? 'medium' : 'high';
}
