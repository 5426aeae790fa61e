import { type DialectName, DROP, dialects, PASS_OUTPUT } from '../src/index.ts';
import type { Expected } from './load.ts';
import { replay } from './replay.ts';

/** What the code reads from an answer now. A person says whether it should be so. */
export function readExpected(name: DialectName, bytes: Buffer, streamed: boolean): Expected {
  const dialect = dialects[name];
  if (!streamed) {
    const { bodyId, upstreamModel, usage, finish } = dialect.readAnswer(bytes);
    return { bodyId, upstreamModel, usage, finish, text: dialect.extractAnswerText(bytes) };
  }
  const { snapshot, verdicts, end } = replay(dialect, [bytes]);
  const proof = verdicts.findIndex((verdict) => (verdict & PASS_OUTPUT) !== 0);
  const { bodyId, upstreamModel, usage, finish, error } = snapshot;
  return {
    bodyId,
    upstreamModel,
    usage,
    finish,
    text: dialect.extractDeltaText(bytes),
    outputAtFrame: proof < 0 ? null : proof + 1,
    end,
    error: error && { kind: error.kind, status: error.status },
    dropped: verdicts.filter((verdict) => (verdict & DROP) !== 0).length,
  };
}
