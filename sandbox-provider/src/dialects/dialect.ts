import type { Ask, AskReading } from '../ask.ts';
import type { Directives } from '../directives.ts';
import type { Refusal } from '../errors.ts';
import type { Frame } from '../frames.ts';
import type { JsonObject } from '../json.ts';
import type { Answer } from '../plan-answer.ts';
import type { Provider } from '../providers.ts';

/** All that an encoder needs to word an answer. */
export interface Reply {
  readonly provider: Provider;
  readonly ask: Ask;
  readonly answer: Answer;
  readonly directives: Directives;
  /** What all ids of this answer are made of. */
  readonly token: string;
  readonly bodyId: string;
  readonly createdSeconds: number;
}

/** What each dialect folder provides; knowing one is knowing all. */
export interface DialectCodec {
  readonly readRequest: (body: JsonObject) => AskReading;
  /** The id of the answer; null where the dialect has none. */
  readonly bodyId: (token: string) => string | null;
  /** The body of an answer, and the usage in it as it is reported. */
  readonly encodeResponse: (reply: Reply) => { body: JsonObject; usage: unknown };
  readonly encodeStream: (reply: Reply) => Iterable<Frame>;
  /** The event that ends a stream in an error. */
  readonly encodeStreamError: (refusal: Refusal, sequence: number, reply: Reply) => Frame;
}
