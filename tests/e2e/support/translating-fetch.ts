import { codecs, dialects, StreamTranslation, wireText } from '@fluxrouter/dialects';

/**
 * The way of a chat request to a model that speaks responses alone. No such model is in the catalogue,
 * so the client itself does here what provider-proxy would do: the same codecs, another driver.
 */
export async function chatByResponses(input: string | URL | Request, init?: RequestInit) {
  const url = String(input).replace('/chat/completions', '/responses');
  const asked = JSON.parse(String(init?.body)) as Record<string, unknown>;
  const conversation = codecs['openai-chat'].decodeRequest(asked);
  if ('code' in conversation) throw new Error(conversation.message);
  const target = {
    dialect: 'openai-responses',
    model: String(asked['model']),
    upstreamModel: String(asked['model']),
    reasons: true,
  } as const;
  const { body, notes } = codecs['openai-responses'].encodeRequest(conversation, target);
  const headers = new Headers(init?.headers);
  headers.delete('content-length');
  const response = await fetch(url, { ...init, headers, body: JSON.stringify(body) });
  // Both of OpenAI's dialects have the same errors.
  if (!response.ok || response.body === null) return response;
  const answered = new Headers(response.headers);
  answered.delete('content-length');
  const words = notes.map(({ kind, code, path }) => `${kind}:${code}:${path}`);
  if (words.length > 0) answered.set('x-flux-notes', words.join(', '));
  if (asked['stream'] === true)
    return new Response(translated(response.body), { headers: answered });
  const answer = codecs['openai-responses'].decodeAnswer(
    (await response.json()) as Record<string, unknown>,
    'gpt-5.4',
  );
  if (answer === null) throw new Error('not an answer');
  const encoded = codecs['openai-chat'].encodeAnswer(answer, {});
  return new Response(JSON.stringify(encoded.body), { headers: answered });
}

async function* translate(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const translation = new StreamTranslation(codecs['openai-responses'], codecs['openai-chat'], {
    model: 'gpt-5.4',
    shown: { usageChunk: true },
    frameBytesMax: 1 << 20,
    charactersMax: 1 << 24,
  });
  const told = (translated: ReturnType<StreamTranslation['push']>): Buffer => {
    const failed = translated.some(({ part }) => part.type === 'error');
    const text = translated.flatMap(({ events }) => events.map(wireText)).join('');
    const error = { code: 'stream_interrupted', status: 502, message: 'It ended.' } as const;
    const chat = dialects['openai-chat'];
    const { snapshot } = chat.createObserver({ clientWantsUsage: true });
    const last = failed ? chat.streamError(error, 'req_1', snapshot) : Buffer.alloc(0);
    return Buffer.concat([Buffer.from(text), last]);
  };
  for await (const chunk of body) yield told(translation.push(Buffer.from(chunk)));
  yield told(translation.end());
}

function translated(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return ReadableStream.from(translate(body)) as ReadableStream<Uint8Array>;
}
