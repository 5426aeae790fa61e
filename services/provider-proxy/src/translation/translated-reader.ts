import type { Decision } from '@fluxrouter/generated/events';
import type { AttemptBegin } from '@fluxrouter/generated/proxy';
import type { AnswerListener, AnswerReader } from '../answer-reader.ts';
import type { ProviderProxyConfig } from '../config.ts';
import type { Translation } from './plan-translation.ts';
import { TranslatedAnswer } from './translated-answer.ts';
import { TranslatedStream } from './translated-stream.ts';

/** The reader of an answer in another dialect than the client's; null: it passes as it is. */
export function translatedReader(
  config: ProviderProxyConfig,
  translation: Translation | null,
  begin: AttemptBegin,
  decision: Decision | undefined,
  listener: AnswerListener,
): AnswerReader | null {
  const client = translation?.client ?? null;
  if (translation === null || client === null) return null;
  return begin.stream
    ? new TranslatedStream(config, translation, client, begin, listener)
    : new TranslatedAnswer(config, translation, client, decision, listener);
}
