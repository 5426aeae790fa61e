import { answerEdits } from '../answer.ts';
import type { Dialect } from '../dialect.ts';
import { fluxMemberEdit } from '../flux-member.ts';
import { openAiError, openAiStatus } from '../openai-error.ts';
import { readRoutorFields } from '../routor-fields.ts';
import { sealedChat } from '../sealed-turn.ts';
import { classifyUpstreamError, streamEnd, streamError } from './error.ts';
import { unpricedFeatures } from './features.ts';
import { ChatObserver } from './observe.ts';
import { providerIds } from './provider-ids.ts';
import { readAnswer } from './read-answer.ts';
import { readRequest } from './read-request.ts';
import { requestEdits } from './request-edits.ts';
import { extractAnswerText, extractDeltaText, extractRequestText } from './text.ts';

/** OpenAI's chat completions, and the many vendors who speak them. */
export const openAiChat: Dialect<'openai-chat'> = {
  name: 'openai-chat',
  upstreamPath: '/chat/completions',
  readRequest,
  requestEdits,
  routorFields: readRoutorFields,
  unpricedFeatures,
  providerIds,
  sealedTurn: sealedChat,
  extractRequestText,
  readAnswer,
  answerEdits,
  extractAnswerText,
  createObserver: (options) => new ChatObserver(options),
  extractDeltaText,
  fluxMemberEdit,
  errorBody: openAiError,
  errorStatus: openAiStatus,
  streamError,
  streamEnd,
  classifyUpstreamError,
};
