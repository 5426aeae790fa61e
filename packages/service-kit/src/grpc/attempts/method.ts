import { ProviderProxyService } from '@fluxrouter/generated/proxy';

/** An outcome between processes only: no provider was called, and there is no event. */
export const NOT_BEGUN = 'not_begun';

const asIs = (message: Buffer): Buffer => message;

/** `ProviderProxy` with the frames of its stream as bytes: they are written and read by hand. */
export const attemptsService = {
  ...ProviderProxyService,
  attempts: {
    ...ProviderProxyService.attempts,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
};
