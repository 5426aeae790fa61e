import { type AskReading, refuse } from '../../ask.ts';
import { asCount, type JsonObject } from '../../json.ts';
import { countTokens } from '../../words.ts';
import { encodeChatStreamError } from '../chat/encode-stream.ts';
import type { DialectCodec, Reply } from '../dialect.ts';
import { pngOf } from './png.ts';

const tokensPerMadeImage = 1056;

/** OpenAI's image generations, without streaming. */
export const imagesCodec: DialectCodec = {
  readRequest,
  bodyId: () => null,
  encodeResponse,
  encodeStream: () => [],
  encodeStreamError: encodeChatStreamError,
};

function readRequest(body: JsonObject): AskReading {
  const { model, prompt, n, stream } = body;
  if (typeof model !== 'string' || model === '') {
    return refuse({ status: 400, message: "Missing required parameter: 'model'.", param: 'model' });
  }
  if (typeof prompt !== 'string' || prompt === '') {
    const message = "Missing required parameter: 'prompt'.";
    return refuse({ status: 400, message, param: 'prompt', code: 'missing_required_parameter' });
  }
  if (stream === true) {
    return refuse({ status: 400, message: 'The sandbox streams no images.', param: 'stream' });
  }
  const choices = n === undefined || n === null ? 1 : asCount(n);
  if (choices === null || choices > 10) {
    return refuse({ status: 400, message: "Invalid value for 'n': Expected 1 to 10.", param: 'n' });
  }
  return {
    ok: true,
    ask: {
      model,
      stream: false,
      userText: prompt,
      toolResult: null,
      input: { uncached: countTokens(prompt), cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 },
      images: 0,
      tools: [],
      toolChoice: { kind: 'none' },
      schema: null,
      choices,
      maxTokens: null,
      stop: [],
      effort: null,
      includeUsage: true,
      body,
    },
  };
}

function encodeResponse({ answer, ask, createdSeconds, directives }: Reply) {
  const { input } = answer.usage;
  const output =
    directives.usage === 'zero'
      ? 0
      : (directives.tokens?.output ?? tokensPerMadeImage * ask.choices);
  const usage =
    directives.usage === 'none'
      ? undefined
      : {
          input_tokens: input,
          input_tokens_details: { image_tokens: 0, text_tokens: input },
          output_tokens: output,
          output_tokens_details: { image_tokens: output, text_tokens: 0 },
          total_tokens: input + output,
        };
  const body: JsonObject = {
    created: createdSeconds,
    background: 'opaque',
    data: answer.texts.map((_, at) => ({ b64_json: pngOf(`${ask.userText}#${at}`) })),
    output_format: 'png',
    quality: ask.body['quality'] ?? 'medium',
    size: ask.body['size'] ?? '1024x1024',
    ...(usage ? { usage } : {}),
  };
  return { body, usage: usage ?? null };
}
