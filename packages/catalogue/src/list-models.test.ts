import { buildRateCard, rateCardDefinitions } from '@fluxrouter/pricing';
import { describe, expect, it } from 'vitest';
import { buildCatalogue } from './catalogue.ts';
import { listAnthropicModels, pageAnthropicModels } from './list-anthropic-models.ts';
import { type ListOptions, listModels } from './list-models.ts';
import { resolveModelName } from './resolve-model-name.ts';

const catalogue = buildCatalogue();
const [definition] = rateCardDefinitions;
if (definition === undefined) throw new Error('no rate card');
const card = buildRateCard(definition, [...catalogue.models.values()]);

function options(providers: readonly string[] = [...catalogue.providers.keys()]): ListOptions {
  return { card, servableProviders: new Set(providers) };
}

describe('listModels', () => {
  it('lists flux-auto, the lanes and 37 pins', () => {
    const ids = listModels(catalogue, options()).map((model) => model.id);
    expect(ids.slice(0, 5)).toEqual([
      'flux-auto',
      'flux-fast',
      'flux-standard',
      'flux-reasoning',
      'flux-image',
    ]);
    expect(ids.filter((id) => id.startsWith('flux-pinned-'))).toHaveLength(37);
    expect(ids).toHaveLength(42);
  });

  it('lists nothing that could not be sent', () => {
    for (const model of listModels(catalogue, options())) {
      const resolved = resolveModelName(catalogue, model.id);
      expect(resolved.kind).toBe({ auto: 'auto', tier: 'lane', direct: 'pin' }[model.profile]);
      if (resolved.kind === 'pin') expect(model.backing_model).toBe(resolved.model.id);
    }
  });

  it('tells rates as exact decimals', () => {
    const models = listModels(catalogue, options());
    const rates = (id: string) => models.find((model) => model.id === id)?.rates;
    expect(rates('flux-pinned-claude-opus-4.8')).toEqual({
      input: '5',
      output: '25',
      cache_read: '0.5',
      cache_write_5m: '6.25',
      cache_write_1h: '10',
      image: null,
    });
    expect(rates('flux-pinned-nano-banana-2.1')?.image).toBe('0.0336');
    expect(rates('flux-pinned-gpt-image-1')?.image).toBeNull();
  });

  it('serves what the configured providers serve, and only the lanes that they reach', () => {
    const ids = listModels(catalogue, options(['anthropic'])).map((model) => model.id);
    expect(ids).toContain('flux-auto');
    expect(ids).toContain('flux-reasoning');
    expect(ids).not.toContain('flux-image');
    expect(
      ids.filter((id) => id.startsWith('flux-pinned-')).every((id) => id.includes('claude')),
    ).toBe(true);
    expect(listModels(catalogue, options([]))).toEqual([]);
  });

  it('backs a lane by the first of its chain that is served here', () => {
    const backing = (providers: string[]) =>
      listModels(catalogue, options(providers)).find((model) => model.id === 'flux-standard')
        ?.backing_model;
    expect(backing(['openai', 'anthropic'])).toBe('claude-sonnet-5.5');
    expect(backing(['openai'])).toBe('gpt-6.1-sol');
    expect(backing(['zai'])).toBe('glm-5.3');
  });
});

describe('listAnthropicModels', () => {
  const all = listAnthropicModels(catalogue, options());

  it('has only ids that a Claude client keeps, and each resolves', () => {
    for (const { id } of all) {
      expect(id).toMatch(/^(claude|anthropic)/);
      expect(resolveModelName(catalogue, id).kind).not.toBe('unknown');
    }
    expect(all.map((model) => model.id)).toEqual(
      expect.arrayContaining(['anthropic/flux-auto', 'claude-opus-4.8', 'anthropic/kimi-k3']),
    );
  });

  it('has no image models', () => {
    expect(all.some((model) => model.id.includes('image'))).toBe(false);
    expect(all.some((model) => model.id.includes('banana'))).toBe(false);
  });

  it('pages forwards and backwards', () => {
    const ids = all.map((model) => model.id);
    const first = pageAnthropicModels(all, { limit: 5 });
    expect(first.data.map((model) => model.id)).toEqual(ids.slice(0, 5));
    expect(first).toMatchObject({ has_more: true, first_id: ids[0], last_id: ids[4] });
    const second = pageAnthropicModels(all, { limit: 5, afterId: ids[4] ?? '' });
    expect(second.data.map((model) => model.id)).toEqual(ids.slice(5, 10));
    const back = pageAnthropicModels(all, { limit: 3, beforeId: ids[5] ?? '' });
    expect(back.data.map((model) => model.id)).toEqual(ids.slice(2, 5));
    const whole = pageAnthropicModels(all, { limit: 1000 });
    expect(whole).toMatchObject({ has_more: false });
    expect(whole.data).toHaveLength(all.length);
    expect(pageAnthropicModels([], {})).toEqual({
      data: [],
      has_more: false,
      first_id: null,
      last_id: null,
    });
  });
});
