import { memberOf } from '@fluxrouter/json-splice';
import { answerEdits } from '../answer.ts';
import type { Dialect } from '../dialect.ts';
import { openAiChat } from '../openai-chat/index.ts';
import { sharedEdits } from '../request-edits.ts';
import { unpricedFeatures } from './features.ts';
import { readAnswer } from './read-answer.ts';
import { readRequest } from './read-request.ts';

/**
 * OpenAI's image generations. Nothing is streamed here: an error has the shape that it has in chat,
 * and what only streams need is chat's.
 */
export const openAiImages: Dialect<'openai-images'> = {
  ...openAiChat,
  name: 'openai-images',
  upstreamPath: '/images/generations',
  readRequest,
  requestEdits: (reading) => sharedEdits(reading, { askUsage: false }, []),
  unpricedFeatures,
  providerIds: () => [],
  extractRequestText: ({ prompt }) => (typeof prompt === 'string' ? prompt : ''),
  readAnswer,
  // The vendors' answers name no model; none is put in.
  answerEdits: (reading, { model, members = [] }) =>
    reading.scan !== null && memberOf(reading.scan, 'model') !== undefined && model !== undefined
      ? answerEdits(reading, { model, members })
      : answerEdits(reading, { members }),
  extractAnswerText: () => '',
};
