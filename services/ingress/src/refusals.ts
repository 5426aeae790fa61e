import type { UnpricedFeature } from '@fluxrouter/dialects';
import { type ErrorCode, type FluxError, fluxError } from '@fluxrouter/errors';
import type { Refusal } from '@fluxrouter/generated/router';
import { TAGS_MAX } from './http/client-headers.ts';
import type { BodyProblem } from './http/read-body.ts';

/** Refusals of ingress itself, in words for whoever sent the request. */
export const invalidTags: FluxError = fluxError('invalid_header', {
  message: `X-Flux-Tags takes up to ${TAGS_MAX} pairs name=value, separated by commas, of [a-z0-9_.-]{1,64}.`,
  param: 'X-Flux-Tags',
});

export function bodyError(
  problem: Exclude<BodyProblem, 'aborted'>,
  bodyBytesMax: number,
): FluxError {
  return problem === 'too_large'
    ? fluxError('body_too_large', {
        message: `The body is larger than the ${bodyBytesMax} bytes that this gateway accepts.`,
      })
    : fluxError('unsupported_media_type');
}

export function unpricedError({ name, param }: UnpricedFeature): FluxError {
  return fluxError('unpriced_feature', {
    message: `'${param}' asks for ${name}, which this gateway has no price for.`,
    param,
  });
}

/** The router's refusal. Claude Code and Codex look for the words of a prompt that is too long. */
export function refusalError({ code, message, param, tokens, tokensMax }: Refusal): FluxError {
  return fluxError(code as ErrorCode, {
    message:
      code === 'context_length_exceeded'
        ? `prompt is too long: ${tokens} tokens > ${tokensMax} maximum`
        : message,
    ...(param === '' ? {} : { param }),
  });
}
