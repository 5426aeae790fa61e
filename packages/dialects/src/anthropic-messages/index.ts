import { answerEdits } from '../answer.ts';
import type { Dialect } from '../dialect.ts';
import { fluxMemberEdit } from '../flux-member.ts';
import { readRoutorFields } from '../routor-fields.ts';
import { sealedMessages } from '../sealed-turn.ts';
import { classifyUpstreamError, errorBody, errorStatus, streamEnd, streamError } from './error.ts';
import { unpricedFeatures } from './features.ts';
import { MessagesObserver } from './observe.ts';
import { providerIds } from './provider-ids.ts';
import { readAnswer } from './read-answer.ts';
import { readRequest } from './read-request.ts';
import { requestEdits } from './request-edits.ts';
import { extractAnswerText, extractDeltaText, extractRequestText } from './text.ts';

/** Anthropic's messages. */
export const anthropicMessages: Dialect<'anthropic-messages'> = {
  name: 'anthropic-messages',
  upstreamPath: '/messages',
  readRequest,
  requestEdits,
  routorFields: readRoutorFields,
  unpricedFeatures,
  providerIds,
  sealedTurn: sealedMessages,
  extractRequestText,
  readAnswer,
  answerEdits,
  extractAnswerText,
  createObserver: () => new MessagesObserver(),
  extractDeltaText,
  fluxMemberEdit,
  errorBody,
  errorStatus,
  streamError,
  streamEnd,
  classifyUpstreamError,
};
