import { memberOf, scanArray, scanMembers, spansFor, wantedNames } from '@fluxrouter/json-splice';
import { readAnswerBody } from '../answer.ts';
import type { AnswerReading, Finish } from '../dialect.ts';
import { isNullAt, stringAt, valueAt } from '../grammar.ts';
import { asRecord, type Usage } from '../usage.ts';
import { readFinish, worseFinish } from './finish-reason.ts';
import { readUsage } from './usage.ts';

const wanted = wantedNames(['id', 'model', 'choices', 'usage', 'error', 'x_groq', 'routor']);
const choiceNames = wantedNames(['finish_reason', 'message', 'usage']);
const [REASON, MESSAGE, CHOICE_USAGE] = [0, 2, 4] as const;
const messageNames = wantedNames(['refusal']);

/** A `chat.completion` object. */
export function readAnswer(body: Buffer): AnswerReading {
  return readAnswerBody(body, wanted, (bytes, scan) => {
    const error = memberOf(scan, 'error');
    const isError = error !== undefined && !isNullAt(bytes, error.valueStart);
    const choices = memberOf(scan, 'choices');
    const read =
      choices === undefined
        ? { finish: null, usage: null, isArray: false }
        : readChoices(bytes, choices.valueStart);
    const usage = memberOf(scan, 'usage');
    const groq = memberOf(scan, 'x_groq');
    return {
      ok: read.isArray && !isError,
      isError,
      finish: isError ? 'failed' : read.finish,
      usage:
        (usage === undefined
          ? null
          : readUsage(valueAt(bytes, usage.valueStart, usage.valueEnd))) ??
        read.usage ??
        (groq === undefined
          ? null
          : readUsage(asRecord(valueAt(bytes, groq.valueStart, groq.valueEnd))?.['usage'])),
    };
  });
}

function readChoices(
  bytes: Buffer,
  start: number,
): { finish: Finish | null; usage: Usage | null; isArray: boolean } {
  const elements = scanArray(bytes, start);
  if (elements === null) return { finish: null, usage: null, isArray: false };
  let finish: Finish | null = null;
  let usage: Usage | null = null;
  const spans = spansFor(choiceNames);
  for (const element of elements) {
    if (scanMembers(bytes, element.start, choiceNames, spans) < 0) continue;
    const reason = stringAt(bytes, spans[REASON] as number, spans[REASON + 1] as number);
    if (reason !== null) finish = worseFinish(finish, readFinish(reason));
    if (refuses(bytes, spans[MESSAGE] as number)) finish = worseFinish(finish, 'refused');
    usage ??= readUsage(
      valueAt(bytes, spans[CHOICE_USAGE] as number, spans[CHOICE_USAGE + 1] as number),
    );
  }
  return { finish, usage, isArray: true };
}

function refuses(bytes: Buffer, messageStart: number): boolean {
  if (messageStart < 0) return false;
  const spans = spansFor(messageNames);
  if (scanMembers(bytes, messageStart, messageNames, spans) < 0) return false;
  const refusal = stringAt(bytes, spans[0] as number, spans[1] as number);
  return refusal !== null && refusal !== '';
}
