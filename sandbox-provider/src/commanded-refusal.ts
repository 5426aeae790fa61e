import type { Directives } from './directives.ts';
import type { Refusal } from './errors.ts';
import type { Provider } from './providers.ts';

/** The error that a directive asks for, with 500 where it names no status. */
export function commandedRefusal(directives: Directives, provider: Provider): Refusal {
  const { errorCode, errorMessage, retryAfter, status = 500 } = directives;
  // Anthropic's errors have a type and no code.
  const codeMember = provider.errorShape === 'anthropic' ? 'type' : 'code';
  return {
    status,
    message: errorMessage ?? `The sandbox was told to answer ${status}.`,
    ...(errorCode === undefined ? {} : { [codeMember]: errorCode }),
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
  };
}
