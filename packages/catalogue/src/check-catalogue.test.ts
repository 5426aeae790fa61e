import { describe, expect, it } from 'vitest';
import { buildCatalogue, catalogueData } from './catalogue.ts';
import type { CatalogueData, Model } from './catalogue-data.ts';
import { checkCatalogue } from './check-catalogue.ts';

/** A copy of the data in which one model is changed. */
function withModel(id: string, change: Partial<Model>): CatalogueData {
  return {
    ...catalogueData,
    models: catalogueData.models.map((model) =>
      model.id === id ? { ...model, ...change } : model,
    ),
  };
}

describe('the catalogue that ships', () => {
  it('has no problem', () => {
    expect(checkCatalogue(catalogueData)).toEqual([]);
  });

  it('has 37 models of 11 providers, and a baseline', () => {
    const catalogue = buildCatalogue();
    expect(catalogue.models.size).toBe(37);
    expect(catalogue.providers.size).toBe(11);
    expect(catalogue.baseline.id).toBe('claude-opus-4.8');
  });

  it('has lanes that fall back over several providers', () => {
    const catalogue = buildCatalogue();
    for (const { lane, chain } of catalogue.lanes.values()) {
      const chat = chain.flatMap((id) => {
        const model = catalogue.models.get(id);
        return model?.dialects.includes('openai-chat') ? [model.provider] : [];
      });
      if (lane !== 'image') expect(new Set(chat).size).toBeGreaterThanOrEqual(4);
    }
  });

  it('has a version that follows its content', () => {
    const { version } = buildCatalogue();
    expect(version).toMatch(/^cat_[0-9a-f]{16}$/);
    expect(buildCatalogue().version).toBe(version);
    expect(buildCatalogue(withModel('kimi-k3', { contextWindow: 1 })).version).not.toBe(version);
  });
});

describe('checkCatalogue', () => {
  it('names every problem at once', () => {
    const data: CatalogueData = {
      ...withModel('kimi-k3', {
        provider: 'nobody',
        contextWindow: null,
        listUsdPer1M: {
          input: '3e0',
          output: '15000000',
          cacheRead: null,
          cacheWrite: null,
          perImage: null,
        },
      }),
      baseline: 'gone',
      lanes: catalogueData.lanes.map((lane) =>
        lane.lane === 'fast' ? { ...lane, chain: ['gpt-6-luna', 'gpt-6-luna', 'gone'] } : lane,
      ),
      providers: catalogueData.providers.map((provider) =>
        provider.id === 'groq' ? { ...provider, baseUrl: 'http://localhost/' } : provider,
      ),
    };
    expect(checkCatalogue(data)).toEqual([
      'provider groq: baseUrl is no https URL',
      'provider groq: baseUrl ends with a slash',
      'model kimi-k3: no such provider: nobody',
      'model kimi-k3: contextWindow is missing',
      'model kimi-k3: list price input is no exact decimal: 3e0',
      'model kimi-k3: list price output is out of bounds (0 to 1000 USD): 15000000',
      'lane fast: model gpt-6-luna is listed more than once',
      'lane fast: no such model: gone',
      'lane fast: one provider serves all of its chain',
      'lane fast: no model of its chain speaks anthropic-messages',
      'baseline: no such model: gone',
    ]);
    expect(() => buildCatalogue(data)).toThrow('the catalogue has 11 problems:\n- provider groq');
  });

  it('finds a price that was typed per token', () => {
    const { listUsdPer1M } = catalogueData.models[0] as Model;
    const data = withModel('claude-haiku-4.5', {
      listUsdPer1M: { ...listUsdPer1M, input: '0.0000008' },
    });
    expect(checkCatalogue(data)).toEqual([
      'model claude-haiku-4.5: list price input is no exact decimal: 0.0000008',
    ]);
  });

  it('finds fields that a hand-written file lacks or invents', () => {
    const data = withModel('kimi-k3', {
      capabilities: { vision: true, tools: 'yes', smell: true } as never,
      firstOutputMsMax: 0,
    });
    const providers = data.providers.map((provider) =>
      provider.id === 'groq' ? { ...provider, quirks: {} as never } : provider,
    );
    expect(checkCatalogue({ ...data, providers })).toEqual([
      'provider groq: quirk streamUsageOption is neither true nor false',
      'provider groq: quirk maxTokensField is none of max_tokens, max_completion_tokens',
      'model kimi-k3: capability tools is neither true nor false',
      'model kimi-k3: capability jsonSchema is neither true nor false',
      'model kimi-k3: capability reasoning is neither true nor false',
      'model kimi-k3: capability pdf is neither true nor false',
      'model kimi-k3: no such capability: smell',
      'model kimi-k3: firstOutputMsMax is no time in ms: 0',
    ]);
  });

  it('finds a lane that one provider alone would serve', () => {
    const lanes = catalogueData.lanes.map((lane) =>
      lane.lane === 'image' ? { ...lane, chain: ['gpt-image-1', 'gpt-image-1-mini'] } : lane,
    );
    expect(checkCatalogue({ ...catalogueData, lanes })).toEqual([
      'lane image: one provider serves all of its chain',
    ]);
  });

  it('finds one name that would stand for two models', () => {
    const problems = checkCatalogue(withModel('kimi-k3', { upstreamModel: 'Claude-Opus-4.8' }));
    expect(problems).toContain(
      'name claude-opus-4.8 would stand for both claude-opus-4.8 and kimi-k3',
    );
  });

  it('finds a dialect that a provider does not speak or that does not fit the lane', () => {
    expect(checkCatalogue(withModel('kimi-k3', { dialects: ['openai-images'] }))).toEqual(
      expect.arrayContaining([
        'model kimi-k3: its provider moonshot does not speak openai-images',
        'model kimi-k3: dialect openai-images does not fit lane reasoning',
      ]),
    );
  });
});
