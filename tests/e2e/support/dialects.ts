import type { Frame } from './sse.ts';

/** A dialect as its clients know it: nothing here is shared with the gateway. */
export interface ClientDialect {
  readonly name: 'openai-chat' | 'openai-responses' | 'anthropic-messages';
  readonly path: string;
  /** A request with that text of the user. */
  ask(text: string, more?: object): { model: string } & Record<string, unknown>;
  /** The words of an answer that is not streamed. */
  textOf(json: unknown): string;
  /** The words of a stream. */
  streamedText(frames: readonly Frame[]): string;
  /** An error's code as a client finds it in the body of an answer. */
  codeOf(json: unknown): string;
  /** Whether a stream ended as one that is complete does. */
  isComplete(frames: readonly Frame[]): boolean;
  /** Whether a stream's last frame tells a client of an error. */
  endsInError(frames: readonly Frame[]): boolean;
  /** The event that carries the final usage, as JSON. */
  finalUsageEvent(frames: readonly Frame[]): Record<string, unknown> | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON as a client reads it
type Json = any;

const events = (frames: readonly Frame[]): Json[] =>
  frames.flatMap(({ data }) => (data === '' || data === '[DONE]' ? [] : [JSON.parse(data)]));

export const chat: ClientDialect = {
  name: 'openai-chat',
  path: '/v1/chat/completions',
  ask: (text, more) => ({
    model: 'flux-auto',
    messages: [{ role: 'user', content: text }],
    ...more,
  }),
  textOf: (json: Json) => json.choices[0].message.content ?? '',
  streamedText: (frames) =>
    events(frames)
      .map((chunk) => chunk.choices?.[0]?.delta?.content ?? '')
      .join(''),
  codeOf: (json: Json) => json.error.code,
  isComplete: (frames) => frames.at(-1)?.data === '[DONE]',
  endsInError(frames) {
    const last = frames.at(-1);
    return (
      last !== undefined &&
      last.data !== '[DONE]' &&
      typeof JSON.parse(last.data).error?.message === 'string'
    );
  },
  finalUsageEvent: (frames) => events(frames).findLast((chunk) => chunk.usage != null),
};

export const responses: ClientDialect = {
  name: 'openai-responses',
  path: '/v1/responses',
  ask: (text, more) => ({ model: 'flux-auto', input: text, ...more }),
  textOf: (json: Json) =>
    json.output
      .flatMap((item: Json) => item.content ?? [])
      .map((part: Json) => part.text ?? '')
      .join(''),
  streamedText: (frames) =>
    events(frames)
      .filter(({ type }) => type === 'response.output_text.delta')
      .map(({ delta }) => delta)
      .join(''),
  codeOf: (json: Json) => json.error.code,
  isComplete: (frames) => frames.at(-1)?.event === 'response.completed',
  endsInError(frames) {
    const last = frames.at(-1);
    if (last?.event === 'error') return true;
    return (
      last?.event === 'response.failed' &&
      typeof JSON.parse(last.data).response.error.message === 'string'
    );
  },
  finalUsageEvent: (frames) => events(frames).findLast((event) => event.response?.usage != null),
};

export const messages: ClientDialect = {
  name: 'anthropic-messages',
  path: '/anthropic/v1/messages',
  ask: (text, more) => ({
    model: 'flux-auto',
    max_tokens: 4000,
    messages: [{ role: 'user', content: text }],
    ...more,
  }),
  textOf: (json: Json) => json.content.map((block: Json) => block.text ?? '').join(''),
  streamedText: (frames) =>
    events(frames)
      .map((event) => event.delta?.text ?? '')
      .join(''),
  codeOf: (json: Json) => json.error.details?.error_code,
  isComplete: (frames) => frames.at(-1)?.event === 'message_stop',
  endsInError(frames) {
    const last = frames.at(-1);
    return last?.event === 'error' && JSON.parse(last.data).type === 'error';
  },
  finalUsageEvent: (frames) => events(frames).findLast((event) => event.type === 'message_delta'),
};

export const clientDialects: readonly ClientDialect[] = [chat, responses, messages];
