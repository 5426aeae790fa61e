import { answerEdits } from '../answer.ts';
import type { Dialect } from '../dialect.ts';
import { fluxMemberEdit } from '../flux-member.ts';
import { openAiError, openAiStatus } from '../openai-error.ts';
import { readRoutorFields } from '../routor-fields.ts';
import { sealedItems } from '../sealed-turn.ts';
import { classifyUpstreamError, streamEnd, streamError } from './error.ts';
import { unpricedFeatures } from './features.ts';
import { ResponsesObserver } from './observe.ts';
import { providerIds } from './provider-ids.ts';
import { readAnswer } from './read-answer.ts';
import { readRequest } from './read-request.ts';
import { requestEdits } from './request-edits.ts';
import { extractAnswerText, extractDeltaText, extractRequestText } from './text.ts';

/** OpenAI's responses. */
export const openAiResponses: Dialect<'openai-responses'> = {
  name: 'openai-responses',
  upstreamPath: '/responses',
  readRequest,
  requestEdits,
  routorFields: readRoutorFields,
  unpricedFeatures,
  providerIds,
  sealedTurn: sealedItems,
  extractRequestText,
  readAnswer,
  answerEdits,
  extractAnswerText,
  createObserver: () => new ResponsesObserver(),
  extractDeltaText,
  fluxMemberEdit,
  errorBody: openAiError,
  errorStatus: openAiStatus,
  streamError,
  streamEnd,
  classifyUpstreamError,
};
