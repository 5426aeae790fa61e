import type { Model } from '@fluxrouter/catalogue';
import type { RejectionReason } from './constraints.ts';
import type { DecideInput, Refusal, RefusalCode } from './decision.ts';

/** What a request asked for that the named constraint is about: the field to put into an error's `param`. */
const CAPABILITY_WORDS: Partial<Record<RejectionReason, string>> = {
  vision: 'images as input',
  files: 'files as input',
  audio: 'audio as input',
  tools: 'tools',
  jsonSchema: 'answers by a JSON schema',
  reasoning: 'reasoning',
};

export function refuseUnknown(nearest: readonly string[]): Refusal {
  return refusal('model_not_found', `There is no such model. Nearest: ${nearest.join(', ')}.`);
}

/** Image models answer on the images path, and nothing else does. */
export function refuseImage(input: DecideInput): Refusal {
  return refusal(
    'image_not_available',
    input.dialect === 'openai-images'
      ? 'This model makes no images. Use flux-image or an image model.'
      : 'This model makes images. Use it with POST /v1/images/generations.',
  );
}

/**
 * Why no candidate was left, told by what the one that came furthest lacked: somebody who sends a longer text than
 * any configured model takes should hear of the length, not of a provider that is not configured.
 */
export function refuseRejected(
  rejected: readonly { readonly model: Model; readonly reason: RejectionReason }[],
  input: DecideInput,
): Refusal {
  const closest = furthest(rejected.map(({ reason }) => reason));
  const models = rejected.filter(({ reason }) => reason === closest).map(({ model }) => model);
  switch (closest) {
    case 'unconfigured':
      return refuseUnconfigured(models, input);
    case 'unpriced':
      return refusal(
        'unpriced_feature',
        'This model has no price yet, so it is listed but not served.',
      );
    case 'origin':
      return refusal(
        'capability_not_available',
        'The conversation is in an unfinished tool turn whose reasoning was sealed by a provider that cannot serve it here.',
        'messages',
      );
    case 'context':
      return refuseContext(models, input);
    case 'maxCost':
      return refusal(
        'max_cost_exceeded',
        'No model that may serve this request stays within routor_max_cost.',
        'routor_max_cost',
      );
    default: {
      const what = CAPABILITY_WORDS[closest] ?? closest;
      return refusal(
        'capability_not_available',
        `No model that may serve this request takes ${what}.`,
      );
    }
  }
}

/** The order of `findRejection`: who fails late came far. */
const REASON_ORDER: readonly RejectionReason[] = [
  'unconfigured',
  'unpriced',
  'origin',
  'vision',
  'files',
  'audio',
  'tools',
  'jsonSchema',
  'reasoning',
  'context',
  'maxCost',
];

function furthest(reasons: readonly RejectionReason[]): RejectionReason {
  let best = 0;
  for (const reason of reasons) best = Math.max(best, REASON_ORDER.indexOf(reason));
  return REASON_ORDER[best] ?? 'unconfigured';
}

function refuseUnconfigured(models: readonly Model[], { catalogue }: DecideInput): Refusal {
  const settings = new Set(
    models.flatMap((model) => catalogue.providers.get(model.provider)?.apiKeySetting ?? []),
  );
  const list = [...settings].join(' or ');
  return refusal(
    'provider_not_configured',
    `No credentials for its provider are configured here: ${list} is not set.`,
  );
}

function refuseContext(models: readonly Model[], { facts }: DecideInput): Refusal {
  const tokens = facts.inputTokensEstimate;
  const tokensMax = Math.max(...models.map((model) => model.contextWindow ?? 0));
  return {
    ...refusal(
      'context_length_exceeded',
      `The request has about ${tokens} tokens; the longest context that may serve it has ${tokensMax}.`,
      'messages',
    ),
    tokens,
    tokensMax,
  };
}

function refusal(code: RefusalCode, message: string, param: string | null = 'model'): Refusal {
  return { code, message, param };
}
