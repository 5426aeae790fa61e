import { splice } from '@fluxrouter/json-splice';
import { encodeFrame } from '@fluxrouter/sse';
import type { FluxMember } from '../dialect.ts';
import { fluxMemberEdit } from '../flux-member.ts';
import { recordsOf } from '../read-events.ts';
import { asRecord, type Usage } from '../usage.ts';
import type { ImageClientDialect } from './image-ask.ts';

/** An answer of an images endpoint on its way to a chat or responses client. */
export interface ImageAnswer {
  /** The whole body, with our `routor` in it. */
  readonly images: Buffer;
  readonly usage: Usage;
  /** The catalogue id of what made them. */
  readonly model: string;
  /** Made by us: an images answer has no id. */
  readonly bodyId: string;
  readonly createdSeconds: number;
  /** Chat: the stream has a usage chunk. */
  readonly includeUsage: boolean;
  /** Goes into the event with the final usage. */
  readonly flux: FluxMember | null;
}

interface Image {
  /** null: the provider gave an address only. */
  readonly base64: string | null;
  readonly url: string;
  readonly revisedPrompt: string | null;
}

/** The id of an answer that is made from a request's images. */
export function imageBodyId(name: ImageClientDialect, requestId: string): string {
  const token = requestId.replace(/^req_/, '');
  return name === 'openai-chat' ? `chatcmpl-${token}` : `resp_${token}`;
}

/** The answer as one JSON body. */
export function wholeImageAnswer(name: ImageClientDialect, answer: ImageAnswer): Buffer {
  const parsed = parse(answer.images);
  const body = name === 'openai-chat' ? chatBody(answer, parsed) : responsesBody(answer, parsed);
  const { routor } = parsed;
  return Buffer.from(JSON.stringify(routor === undefined ? body : { ...body, routor }));
}

/** The answer as all of a stream's frames. */
export function streamedImageAnswer(name: ImageClientDialect, answer: ImageAnswer): Buffer {
  const parsed = parse(answer.images);
  return name === 'openai-chat' ? chatStream(answer, parsed) : responsesStream(answer, parsed);
}

function parse(images: Buffer): Record<string, unknown> {
  try {
    return asRecord(JSON.parse(images.toString())) ?? {};
  } catch {
    return {};
  }
}

function imagesOf(parsed: Record<string, unknown>): Image[] {
  const format = typeof parsed['output_format'] === 'string' ? parsed['output_format'] : 'png';
  return recordsOf(parsed['data']).map(({ b64_json, url, revised_prompt }) => {
    const base64 = typeof b64_json === 'string' ? b64_json : null;
    return {
      base64,
      url: base64 === null ? String(url ?? '') : `data:image/${format};base64,${base64}`,
      revisedPrompt: typeof revised_prompt === 'string' ? revised_prompt : null,
    };
  });
}

// Chat: `message.images`, the form that OpenRouter's clients know; the dialect has none of its own.

function chatBody(answer: ImageAnswer, parsed: Record<string, unknown>) {
  return {
    id: answer.bodyId,
    object: 'chat.completion',
    created: answer.createdSeconds,
    model: answer.model,
    choices: imagesOf(parsed).map((image, index) => ({
      index,
      message: { ...chatMessage(image), refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    })),
    usage: chatUsage(answer.usage),
  };
}

function chatMessage({ url }: Image) {
  return {
    role: 'assistant',
    content: '',
    images: [{ type: 'image_url', index: 0, image_url: { url } }],
  };
}

function chatUsage({ input = 0, output = 0 }: Usage) {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function chatStream(answer: ImageAnswer, parsed: Record<string, unknown>): Buffer {
  const images = imagesOf(parsed);
  const chunk = (choices: object[], more: object = {}) =>
    encodeFrame({
      data: JSON.stringify({
        id: answer.bodyId,
        object: 'chat.completion.chunk',
        created: answer.createdSeconds,
        model: answer.model,
        choices,
        ...(answer.includeUsage ? { usage: null } : {}),
        ...more,
      }),
    });
  const frames = images.flatMap((image, index) => [
    chunk([{ index, delta: chatMessage(image), finish_reason: null }]),
    chunk([{ index, delta: {}, finish_reason: 'stop' }]),
  ]);
  if (answer.includeUsage) {
    frames.push(withFlux(chunk([], { usage: chatUsage(answer.usage) }), answer.flux));
  }
  return Buffer.concat([...frames, encodeFrame({ data: '[DONE]' })]);
}

// Responses: an item of the hosted tool that makes images, which is what its clients look for.

function responsesBody(answer: ImageAnswer, parsed: Record<string, unknown>) {
  const { usage } = answer;
  const { input = 0, output = 0 } = usage;
  return {
    ...openResponse(answer),
    status: 'completed',
    output: outputItems(answer, parsed),
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    },
  };
}

function openResponse(answer: ImageAnswer) {
  return {
    id: answer.bodyId,
    object: 'response',
    created_at: answer.createdSeconds,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: answer.model,
    output: [] as object[],
    parallel_tool_calls: true,
    previous_response_id: null,
    store: false,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    truncation: 'disabled',
    usage: null as object | null,
    metadata: {},
  };
}

function outputItems(answer: ImageAnswer, parsed: Record<string, unknown>): OutputItem[] {
  const token = answer.bodyId.replace(/^resp_/, '');
  return imagesOf(parsed).map(({ base64, url, revisedPrompt }, index) =>
    base64 === null
      ? {
          id: `msg_${token}${index}`,
          type: 'message',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', annotations: [], text: url }],
        }
      : {
          id: `ig_${token}${index}`,
          type: 'image_generation_call',
          status: 'completed',
          result: base64,
          ...(revisedPrompt === null ? {} : { revised_prompt: revisedPrompt }),
          ...named(parsed, ['background', 'output_format', 'quality', 'size']),
        },
  );
}

type OutputItem = { readonly id: string; readonly type: string; readonly status: string };

function named(from: Record<string, unknown>, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = from[name];
    if (typeof value === 'string') found[name] = value;
  }
  return found;
}

function responsesStream(answer: ImageAnswer, parsed: Record<string, unknown>): Buffer {
  const frames: Buffer[] = [];
  const event = (type: string, more: object): Buffer => {
    const frame = encodeFrame({
      event: type,
      data: JSON.stringify({ type, sequence_number: frames.length, ...more }),
    });
    frames.push(frame);
    return frame;
  };
  event('response.created', { response: openResponse(answer) });
  event('response.in_progress', { response: openResponse(answer) });
  outputItems(answer, parsed).forEach((item, output_index) => {
    const { id, type } = item;
    const opened =
      type === 'message'
        ? { ...item, status: 'in_progress', content: [] }
        : { id, type, status: 'in_progress', result: null };
    event('response.output_item.added', { output_index, item: opened });
    if (type !== 'message') {
      for (const step of ['in_progress', 'generating', 'completed']) {
        event(`response.image_generation_call.${step}`, { output_index, item_id: id });
      }
    }
    event('response.output_item.done', { output_index, item });
  });
  event('response.completed', { response: responsesBody(answer, parsed) });
  const last = frames.pop() as Buffer;
  return Buffer.concat([...frames, withFlux(last, answer.flux)]);
}

function withFlux(frame: Buffer, member: FluxMember | null): Buffer {
  const edit = member === null ? null : fluxMemberEdit(frame, member);
  return edit === null ? frame : splice(frame, [edit]);
}
