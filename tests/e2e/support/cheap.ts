import { directed } from './ask.ts';
import type { ClientDialect } from './dialects.ts';
import { type Answer, send } from './http-client.ts';
import type { Reachable } from './records.ts';

/** A model of each dialect that is charged at its lane's floor. */
const MODELS: Readonly<Record<ClientDialect['name'], string>> = {
  'openai-chat': 'flux-pinned-gpt-6-luna',
  'openai-responses': 'flux-pinned-gpt-6-luna',
  'anthropic-messages': 'flux-pinned-claude-haiku-5.5',
};

/**
 * What these cost, US dollars a million tokens. Cache prices keep the ratio of their list prices
 * (0.01 and 0.125 to 0.1); an hour's write is twice the input.
 */
export const CHEAP_RATES = {
  input: '1',
  cacheRead: '0.1',
  cacheWrite: '1.25',
  cacheWrite1h: '2',
  output: '4',
};

export interface Wishes extends Record<string, unknown> {
  readonly headers?: Record<string, string>;
}

/** A body that asks the sandbox for what the directive says. */
export function cheapBody(dialect: ClientDialect, directive: object, more: object = {}): object {
  return dialect.ask(directed(directive), { model: MODELS[dialect.name], ...more });
}

/** Asks, and reads all of the answer. */
export function askCheaply(
  system: Reachable,
  dialect: ClientDialect,
  directive: object,
  { headers = {}, ...more }: Wishes = {},
): Promise<Answer> {
  return send(system, dialect.path, { body: cheapBody(dialect, directive, more), headers });
}
