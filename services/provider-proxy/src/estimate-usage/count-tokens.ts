import { dialects } from '@fluxrouter/dialects';
import { countTokens as countWith } from 'gpt-tokenizer/encoding/o200k_base';
import type { CountedTokens, UsageToEstimate } from '../ports.ts';

/**
 * Tokens of a request and of an answer by o200k_base, OpenAI's present encoding: other vendors'
 * tokenizers are not public or differ by some percent, and the record says `estimated`.
 */
export function countTokens(what: UsageToEstimate): CountedTokens {
  const dialect = dialects[what.dialect];
  return {
    input: what.request === null ? 0 : tokensOf(requestText(what)),
    output: what.answer === null ? 0 : Math.ceil(tokensOf(answerText(what)) * what.answerScale),
  };

  function requestText({ request }: UsageToEstimate): string {
    const text = Buffer.from(request ?? []).toString('utf8');
    try {
      return dialect.extractRequestText(JSON.parse(text) as Record<string, unknown>);
    } catch {
      return text;
    }
  }

  function answerText({ answer, stream }: UsageToEstimate): string {
    const bytes = Buffer.from(answer ?? []);
    return stream ? dialect.extractDeltaText(bytes) : dialect.extractAnswerText(bytes);
  }
}

function tokensOf(text: string): number {
  // Words that look like control tokens are text here.
  return text === '' ? 0 : countWith(text, { disallowedSpecial: new Set() });
}
