import type { Finish } from '../dialect.ts';

/** https://docs.anthropic.com/en/api/handling-stop-reasons; what is not here completes. */
const reasons: Readonly<Record<string, Finish>> = {
  max_tokens: 'incomplete',
  model_context_window_exceeded: 'incomplete',
  refusal: 'refused',
};

export function readFinish(reason: string): Finish {
  return Object.hasOwn(reasons, reason) ? (reasons[reason] as Finish) : 'completed';
}
