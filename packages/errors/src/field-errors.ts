import { type FluxError, fluxError } from './flux-error.ts';

/** `param` is a path into the body as its author would write it: `tools[0].type`. */
export function missingField(param: string): FluxError {
  return fluxError('missing_field', {
    message: `Missing required parameter: '${param}'.`,
    param,
  });
}

/** `reason` completes "Invalid 'param': …" and is a sentence of ours, never the value itself. */
export function invalidField(param: string, reason: string): FluxError {
  return fluxError('invalid_field', { message: `Invalid '${param}': ${reason}.`, param });
}

export function duplicateMember(param: string): FluxError {
  return fluxError('duplicate_member', {
    message: `The body has the member '${param}' more than once; each may be given once.`,
    param,
  });
}
