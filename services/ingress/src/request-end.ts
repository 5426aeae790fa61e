import { encodeRequestFinished } from '@fluxrouter/events';
import type { RequestFacts, RequestFinished } from '@fluxrouter/generated/events';
import type { Journal } from '@fluxrouter/journal';

/** How a request ended: what is in the record beside its facts and attempts. */
export type RequestEnd = Partial<Omit<RequestFinished, 'request'>> &
  Pick<RequestFinished, 'outcome' | 'status' | 'finishedAtMs'>;

export function requestFinished(facts: RequestFacts, end: RequestEnd): RequestFinished {
  return {
    request: facts,
    errorCode: '',
    notes: [],
    attempts: 0,
    servedModel: '',
    routed: false,
    maxTokens: undefined,
    bodyId: '',
    upstreamId: '',
    ...end,
  };
}

/** Exactly one for each id. Closes the journal's entry where there is one. */
export function endRequest(
  journal: Journal,
  entry: number | null,
  facts: RequestFacts,
  end: RequestEnd,
): void {
  journal.finish(entry, [
    {
      key: facts.account,
      type: 'RequestFinished',
      value: encodeRequestFinished(requestFinished(facts, end)),
    },
  ]);
}

/** What we refuse is `refused`, what went wrong is `failed`. */
export function outcomeOfStatus(status: number): string {
  return status < 500 ? 'refused' : 'failed';
}
