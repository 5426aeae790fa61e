import { isFluxError } from '@fluxrouter/errors';
import { splice } from '@fluxrouter/json-splice';
import { describe, expect, it } from 'vitest';
import { readEvents } from '../read-events.ts';
import { dialects } from '../registry.ts';
import { streamedImageAnswer, wholeImageAnswer } from './image-answer.ts';
import { imageAskOf } from './image-ask.ts';

const { 'openai-images': images, 'openai-chat': chat, 'openai-responses': responses } = dialects;
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const read = (value: unknown) => images.readRequest(json(value), { maxDepth: 64 });

describe('a request for images', () => {
  it('tells its model and how many', () => {
    const reading = read({ model: 'flux-image', prompt: 'a fox', n: 3 });
    expect(reading).toMatchObject({ model: 'flux-image', answers: 3, stream: false });
    if (isFluxError(reading)) throw new Error('refused');
    expect(images.requestEdits(reading, { askUsage: true })).toEqual([]);
  });

  it.each([
    [{ model: 'm' }, 'prompt'],
    [{ model: 'm', prompt: '' }, 'prompt'],
    [{ model: 'm', prompt: 7 }, 'prompt'],
    [{ model: 'm', prompt: 'x'.repeat(32_001) }, 'prompt'],
    [{ model: 'm', prompt: 'x', n: 11 }, 'n'],
    [{ model: 'm', prompt: 'x', n: 0 }, 'n'],
    [{ model: 'm', prompt: 'x', stream: true }, 'stream'],
    [{ prompt: 'x' }, 'model'],
  ])('that is wrong says which field: %j', (body, param) => {
    expect(read(body)).toMatchObject({ status: 400, param });
  });

  it('has no free ride on what is dearer than the price of an image', () => {
    const priced = [
      {},
      { size: '1024x1024' },
      { size: '1536x1024', quality: 'low' },
      { size: 'auto' },
    ];
    for (const more of priced) expect(images.unpricedFeatures(more)).toEqual([]);
    const dear = [
      [{ size: '2048x2048' }, 'size'],
      [{ size: '4K' }, 'size'],
      [{ quality: 'hd' }, 'quality'],
      [{ partial_images: 2 }, 'partial_images'],
    ] as const;
    for (const [more, param] of dear) {
      expect(images.unpricedFeatures(more)).toMatchObject([{ param }]);
    }
  });
});

describe('an answer with images', () => {
  const answer = { created: 1, data: [{ b64_json: 'AA==' }, { b64_json: 'BB==' }] };

  it('is billed by image: the tokens that they are made of are not output', () => {
    const usage = { input_tokens: 9, output_tokens: 2112, total_tokens: 2121 };
    expect(images.readAnswer(json({ ...answer, usage }))).toMatchObject({
      ok: true,
      usage: { input: 9, output: 0, images: 2 },
    });
    expect(images.readAnswer(json(answer)).usage).toEqual({ output: 0, images: 2 });
    expect(images.readAnswer(json({ error: { message: 'no' } }))).toMatchObject({
      ok: false,
      isError: true,
    });
    expect(images.readAnswer(Buffer.from('{"data":'))).toMatchObject({ ok: false });
  });

  it('gets the routor object, and no model that it did not have', () => {
    const body = json(answer);
    const edits = images.answerEdits(images.readAnswer(body), {
      model: 'served',
      members: [{ name: 'routor', json: '{"model":"served"}' }],
    });
    expect(JSON.parse(splice(body, edits).toString())).toEqual({
      ...answer,
      routor: { model: 'served' },
    });
  });
});

describe('an image model in a chat or responses call', () => {
  const chatReading = (messages: unknown, more: object = {}) => {
    const body = json({ model: 'flux-image', messages, ...more });
    const reading = chat.readRequest(body, { maxDepth: 64 });
    if (isFluxError(reading)) throw new Error(reading.message);
    return reading;
  };

  it('is asked with the last words of the user', () => {
    const ask = imageAskOf(
      'openai-chat',
      chatReading(
        [
          { role: 'system', content: 'Draw.' },
          { role: 'user', content: 'a cat' },
          { role: 'assistant', content: 'done' },
          { role: 'user', content: [{ type: 'text', text: 'a "red" fox' }] },
        ],
        { n: 2 },
      ),
    );
    if (isFluxError(ask)) throw new Error(ask.message);
    const { body, modelStart, modelEnd, notes } = ask;
    expect(JSON.parse(body.toString())).toEqual({ model: '', prompt: 'a "red" fox', n: 2 });
    expect(body.toString('utf8', modelStart, modelEnd)).toBe('""');
    expect(notes).toEqual(['dropped:earlier_turns']);
  });

  it('is asked by a plain input, and says that it takes words only', () => {
    const plain = responses.readRequest(json({ model: 'flux-image', input: 'a fox' }), {
      maxDepth: 64,
    });
    if (isFluxError(plain)) throw new Error(plain.message);
    const ask = imageAskOf('openai-responses', plain);
    expect(isFluxError(ask) ? ask : JSON.parse(ask.body.toString())).toEqual({
      model: '',
      prompt: 'a fox',
    });
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
    const turns = [{ role: 'user', content: [{ type: 'text', text: 'like this' }, image] }];
    expect(imageAskOf('openai-chat', chatReading(turns))).toMatchObject({
      code: 'capability_not_available',
      param: 'messages[0].content',
    });
    expect(imageAskOf('openai-chat', chatReading([{ role: 'user', content: '' }]))).toMatchObject({
      code: 'invalid_field',
    });
  });

  const told = {
    images: json({
      data: [{ b64_json: 'AA==' }, { url: 'https://images.test/1' }],
      routor: { tier: 'SIMPLE' },
    }),
    usage: { input: 3, output: 0, images: 2 },
    model: 'nano-banana-2.1',
    bodyId: 'resp_1',
    createdSeconds: 7,
    includeUsage: true,
    flux: { costUsd: '0.0672', model: 'nano-banana-2.1', requestId: 'req_1' },
  } as const;

  it('answers as a chat completion, whole and streamed', () => {
    const whole = wholeImageAnswer('openai-chat', told);
    const { choices, routor, usage } = JSON.parse(whole.toString());
    expect(choices.map((choice: { message: object }) => choice.message)).toMatchObject([
      { images: [{ image_url: { url: 'data:image/png;base64,AA==' } }] },
      { images: [{ image_url: { url: 'https://images.test/1' } }] },
    ]);
    expect(routor).toEqual({ tier: 'SIMPLE' });
    expect(usage).toEqual({ prompt_tokens: 3, completion_tokens: 0, total_tokens: 3 });
    expect(chat.readAnswer(whole)).toMatchObject({ ok: true, finish: 'completed' });
    const stream = streamedImageAnswer('openai-chat', told);
    expect(stream.toString()).toMatch(/data: \[DONE\]\n\n$/);
    const chunks = [...readEvents(stream)];
    expect(chunks).toHaveLength(5);
    expect(chunks.at(-1)).toMatchObject({ choices: [], flux: { cost_usd: '0.0672' } });
  });

  it('answers as a response, whole and streamed', () => {
    const whole = wholeImageAnswer('openai-responses', told);
    expect(JSON.parse(whole.toString())).toMatchObject({
      id: 'resp_1',
      status: 'completed',
      output: [{ type: 'image_generation_call', result: 'AA==' }, { type: 'message' }],
    });
    expect(responses.readAnswer(whole)).toMatchObject({ ok: true, finish: 'completed' });
    const events = [...readEvents(streamedImageAnswer('openai-responses', told))];
    expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, at) => at));
    expect(events.at(0)).toMatchObject({ type: 'response.created' });
    expect(events.at(-1)).toMatchObject({
      type: 'response.completed',
      flux: { cost_usd: '0.0672' },
    });
  });
});
