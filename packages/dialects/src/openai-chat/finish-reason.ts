import type { Finish } from '../dialect.ts';

/** What vendors of this dialect write; what is not here is a way of completing. */
const reasons: Readonly<Record<string, Finish>> = {
  length: 'incomplete',
  model_length: 'incomplete', // Mistral
  max_tokens: 'incomplete',
  insufficient_system_resource: 'incomplete', // DeepSeek
  content_filter: 'refused',
  sensitive: 'refused', // Z.ai
  safety: 'refused',
  error: 'failed',
  network_error: 'failed', // Z.ai
};

export function readFinish(reason: string): Finish {
  const known = reason.toLowerCase();
  return Object.hasOwn(reasons, known) ? (reasons[known] as Finish) : 'completed';
}

/** The worst of several choices is the answer's. */
export function worseFinish(a: Finish | null, b: Finish): Finish {
  return a === null || order.indexOf(b) > order.indexOf(a) ? b : a;
}

const order: readonly Finish[] = ['completed', 'incomplete', 'refused', 'failed'];
