import type { Dialect } from '@fluxrouter/dialects';
import type { AttemptBegin } from '@fluxrouter/generated/proxy';
import type { Usage } from '@fluxrouter/pricing';
import type { AnswerReader } from './answer-reader.ts';
import type { UsageEstimator } from './ports.ts';

export interface SettledUsage {
  readonly usage: Usage;
  /** provider: all was reported; partial: a part; estimated: nothing; none: nothing was used. */
  readonly source: 'provider' | 'partial' | 'estimated' | 'none';
}

/**
 * What an accepted attempt used. `undefined` is not 0: a bucket that the provider did not report is
 * counted by the tokenizer, one that it reported as 0 is 0.
 */
export function settleUsage(
  estimator: UsageEstimator,
  dialect: Dialect,
  begin: AttemptBegin,
  reader: AnswerReader,
  settled: (usage: SettledUsage) => void,
): void {
  const reported = reader.usage;
  const hasInput = reported?.input !== undefined;
  const hasOutput = reported?.output !== undefined && reader.usageIsFinal;
  if (reported !== null && hasInput && hasOutput) {
    settled({ usage: reported, source: 'provider' });
    return;
  }
  const { bytes, totalBytes } = reader.kept;
  estimator.estimate(
    {
      dialect: dialect.name,
      stream: begin.stream,
      request: hasInput ? null : Buffer.from(begin.body),
      answer: hasOutput ? null : bytes,
      answerScale: bytes.length === 0 ? 1 : totalBytes / bytes.length,
    },
    (counted) => {
      const usage: Usage = {
        ...reported,
        input: reported?.input ?? counted.input,
        // What was reported on the way is a lower bound of what was made.
        output: hasOutput ? reported?.output : Math.max(reported?.output ?? 0, counted.output),
      };
      settled({ usage, source: reported === null ? 'estimated' : 'partial' });
    },
  );
}
