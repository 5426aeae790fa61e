import { describe, expect, it } from 'vitest';
import { catalogue, conversation, decisionFor, refusalFor } from './decision-fixtures.ts';

describe('refusals', () => {
  it('name the nearest models of an unknown one, not the name that was sent', () => {
    const refusal = refusalFor({ model: 'secret-word-gpt-5.5' });
    expect(refusal.code).toBe('model_not_found');
    expect(refusal.param).toBe('model');
    expect(refusal.message).toContain('flux-auto');
    expect(refusal.message).not.toContain('secret');
  });

  it('of a lane that has nobody configured', () => {
    expect(
      refusalFor({ model: 'flux-fast', dialect: 'openai-responses', providers: [] }),
    ).toMatchObject({
      code: 'provider_not_configured',
      message: expect.stringContaining('OPENAI_API_KEY'),
    });
  });

  it('of a pin without credentials say which setting is missing', () => {
    expect(refusalFor({ model: 'kimi-k3', providers: ['openai'] })).toMatchObject({
      code: 'provider_not_configured',
      message: expect.stringContaining('MOONSHOT_API_KEY'),
    });
  });

  it('of image models in messages name the images path', () => {
    for (const model of ['flux-image', 'nano-banana-2.1', 'flux-pinned-gpt-image-1']) {
      expect(refusalFor({ model, dialect: 'anthropic-messages' })).toMatchObject({
        code: 'image_not_available',
        message: expect.stringContaining('/v1/images/generations'),
      });
    }
  });

  it('of chat models on the images path', () => {
    for (const model of ['kimi-k3', 'flux-fast']) {
      expect(refusalFor({ model, dialect: 'openai-images' }).code).toBe('image_not_available');
    }
  });

  it('of an image model without a price', () => {
    expect(refusalFor({ model: 'qwen-image-3', dialect: 'openai-images' }).code).toBe(
      'unpriced_feature',
    );
  });

  it('of a text that is too long for all tell its length and the longest window', () => {
    const body = conversation('字'.repeat(1_900_000));
    const refusal = refusalFor({ body });
    expect(refusal).toMatchObject({ code: 'context_length_exceeded', param: 'messages' });
    expect(refusal.tokensMax).toBe(1_050_000);
    expect(refusal.tokens).toBeGreaterThan(1_050_000);
    expect(refusalFor({ body, model: 'gpt-oss-120b' })).toMatchObject({ tokensMax: 131_072 });
  });

  it('of what a pinned model cannot do', () => {
    const image = { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] };
    expect(refusalFor({ model: 'glm-5.3', body: image })).toMatchObject({
      code: 'capability_not_available',
      message: expect.stringContaining('images as input'),
    });
    const audio = { messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] };
    expect(refusalFor({ body: audio }).code).toBe('capability_not_available');
  });
});

describe('the image lane', () => {
  it('serves image models that a chat or a response names', () => {
    for (const dialect of ['openai-chat', 'openai-responses'] as const) {
      for (const model of ['flux-image', 'nano-banana-2.1']) {
        expect(decisionFor({ model, dialect })).toMatchObject({
          lane: 'image',
          routedModel: 'nano-banana-2.1',
        });
      }
    }
  });

  it('serves flux-image, flux-auto and priced image models on the images path', () => {
    const body = { prompt: 'a red fox', n: 2 };
    for (const model of ['flux-image', 'flux-auto', 'nano-banana-2.1']) {
      expect(decisionFor({ model, dialect: 'openai-images', body })).toMatchObject({
        lane: 'image',
        category: 'image',
        routedModel: 'nano-banana-2.1',
      });
    }
    expect(catalogue.lanes.get('image')?.chain).toHaveLength(4);
  });
});
