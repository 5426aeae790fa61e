import { describe, expect, it } from 'vitest';
import { estimateCost } from './constraints.ts';
import { decide } from './decide.ts';
import {
  catalogue,
  conversation,
  decisionFor,
  deepFreeze,
  inputFor,
  policy,
  rateCard,
  refusalFor,
} from './decision-fixtures.ts';
import { buildPolicy, policyData } from './policy.ts';

const HARD =
  'Design a distributed rate limiter for a multi-region API: compare token bucket and sliding window under network ' +
  'partitions, prove the bound on overshoot, and implement the algorithm in Rust with tests.';

describe('what a decision says', () => {
  const decision = decisionFor({ body: conversation(HARD) });

  it('names its versions and the policy', () => {
    expect(decision).toMatchObject({
      profile: 'auto',
      tier: 'COMPLEX',
      lane: 'reasoning',
      method: 'rules',
      policy: policy.hash,
      catalogueVersion: catalogue.version,
      rateCardVersion: rateCard.version,
    });
    expect(policy.hash).toMatch(/^pol_[0-9a-f]{16}$/);
  });

  it('has a score that is the sum of its contributions', () => {
    const sum = decision.contributions.reduce((total, { value }) => total + 1000 * value, 0);
    expect(Math.round(sum) / 1000).toBe(decision.score);
    expect(decision.contributions.length).toBeGreaterThan(2);
  });

  it('gives reasons that may be stored', () => {
    for (const reason of decision.reasons) expect(reason).toMatch(/^[A-Za-z0-9._:/@-]{1,128}$/);
    expect(decision.reasons).toEqual(expect.arrayContaining(['tier:COMPLEX', 'lane:reasoning']));
  });

  it('has a confidence of two decimals', () => {
    expect(decision.confidence).toBeGreaterThan(0);
    expect(decision.confidence).toBeLessThanOrEqual(1);
    expect(Math.round(decision.confidence * 100) / 100).toBe(decision.confidence);
  });

  it('routes to the first of the chain', () => {
    expect(decision.routedModel).toBe(decision.chain[0]?.model);
    expect(decision.chain[0]).toEqual({
      model: 'gemini-4-argon',
      provider: 'google',
      upstreamModel: 'gemini-4-argon',
    });
  });

  it('is the same for the same input, and leaves its input alone', () => {
    const input = inputFor({ body: conversation(HARD) });
    deepFreeze(input.facts);
    deepFreeze(input.health);
    deepFreeze(input.policy);
    const first = decide(input);
    expect(decide(input)).toEqual(first);
    expect(decide(inputFor({ body: conversation(HARD) }))).toEqual(first);
  });
});

describe('profiles', () => {
  it('tier: the lane is given, tier and confidence are computed all the same', () => {
    expect(decisionFor({ model: 'flux-fast', body: conversation(HARD) })).toMatchObject({
      profile: 'tier',
      lane: 'fast',
      tier: 'COMPLEX',
    });
  });

  it('direct: exactly the one model, whatever its health', () => {
    const health = { providers: { moonshot: 'down' }, models: {} } as const;
    const decision = decisionFor({
      model: 'flux-pinned-kimi-k3',
      body: conversation('hi'),
      input: { health },
    });
    expect(decision).toMatchObject({ profile: 'direct', lane: 'reasoning', tier: 'NANO' });
    expect(decision.chain.map((entry) => entry.model)).toEqual(['kimi-k3']);
    expect(decision.health).toEqual({ 'kimi-k3': 'down' });
  });

  it('auto: LIGHT when nothing is known', () => {
    expect(decisionFor({ body: { messages: [] } })).toMatchObject({ tier: 'LIGHT', score: 0 });
  });
});

describe("Routor's fields", () => {
  const tierWith = (routor: object, text = HARD) =>
    decisionFor({ body: conversation(text), input: { routor } });

  it('force, raise and lower the tier of flux-auto', () => {
    expect(tierWith({ tier: 'NANO' })).toMatchObject({
      tier: 'NANO',
      lane: 'fast',
      profile: 'tier',
    });
    expect(tierWith({ tierCeiling: 'LIGHT' })).toMatchObject({ tier: 'LIGHT', lane: 'standard' });
    expect(tierWith({ tierFloor: 'STANDARD' }, 'hi')).toMatchObject({ tier: 'STANDARD' });
    expect(tierWith({ tierFloor: 'STANDARD' }, 'hi').reasons).toContain('routor.floor:STANDARD');
  });

  it('keep the cost within routor_max_cost, in a cheaper lane if need be', () => {
    const open = inputFor({ body: conversation(HARD) });
    const model = (id: string) => catalogue.models.get(id) ?? catalogue.baseline;
    const cheap = estimateCost(open.facts, model('gpt-6-luna'), rateCard);
    const decision = tierWith({ maxCost: cheap });
    expect(decision).toMatchObject({ tier: 'COMPLEX', lane: 'fast' });
    expect(decision.reasons).toContain('lane.moved:reasoning');
    expect(decision.rejected).toContainEqual({ model: 'gemini-4-argon', reason: 'maxCost' });
    expect(
      refusalFor({ body: conversation(HARD), input: { routor: { maxCost: cheap - 1n } } }),
    ).toMatchObject({ code: 'max_cost_exceeded', param: 'routor_max_cost' });
  });

  it('do not move a given lane or a pin', () => {
    const routor = { tier: 'COMPLEX' } as const;
    expect(decisionFor({ model: 'flux-fast', input: { routor } }).lane).toBe('fast');
    expect(decisionFor({ model: 'gpt-6-luna', input: { routor } }).routedModel).toBe('gpt-6-luna');
  });
});

describe('hard constraints', () => {
  const modelsOf = (request: Parameters<typeof decisionFor>[0]) =>
    decisionFor(request).chain.map((entry) => entry.model);

  it.each(['openai-chat', 'openai-responses', 'anthropic-messages'] as const)(
    'a chain for %s begins with models that speak it, in every lane',
    (dialect) => {
      for (const model of ['flux-auto', 'flux-fast', 'flux-standard', 'flux-reasoning']) {
        const ids = modelsOf({ model, dialect });
        expect(ids.length).toBeGreaterThan(1);
        const speaks = ids.map((id) => catalogue.models.get(id)?.dialects.includes(dialect));
        expect(speaks).toEqual([...speaks].sort((a, b) => Number(b) - Number(a)));
        expect(speaks[0]).toBe(true);
      }
    },
  );

  it('a model of another dialect serves where nobody speaks the client’s', () => {
    for (const dialect of ['openai-chat', 'openai-responses'] as const) {
      const [first] = modelsOf({ model: 'flux-auto', dialect, providers: ['anthropic'] });
      expect(first).toMatch(/^claude-/);
    }
    expect(modelsOf({ model: 'kimi-k3', dialect: 'anthropic-messages' })).toEqual(['kimi-k3']);
    expect(modelsOf({ model: 'claude-opus-4-8', dialect: 'openai-chat' })).toEqual([
      'claude-opus-4.8',
    ]);
  });

  it('a chain holds only models of configured providers', () => {
    expect(modelsOf({ model: 'flux-standard', providers: ['zai', 'xai'] })).toEqual([
      'grok-4.7',
      'glm-5.3',
    ]);
  });

  it('images need a model that sees, files one that reads them, a schema one that obeys it', () => {
    const part = (type: string) => ({ messages: [{ role: 'user', content: [{ type }] }] });
    const lane = { model: 'flux-standard' };
    expect(modelsOf({ ...lane, body: part('image_url') })).not.toContain('glm-5.3');
    expect(modelsOf({ ...lane, body: part('file') })).toEqual([
      'gpt-6.1-sol',
      'gemini-3.1-pro',
      'gpt-5.6-terra',
      'gpt-5.4',
    ]);
    const schema = { response_format: { type: 'json_schema' } };
    expect(modelsOf({ ...lane, body: schema })).not.toContain('glm-5.3');
    expect(decisionFor({ ...lane, body: schema }).rejected).toContainEqual({
      model: 'glm-5.3',
      reason: 'jsonSchema',
    });
    expect(modelsOf({ model: 'flux-fast', body: { reasoning_effort: 'high' } })).not.toContain(
      'ministral-8b',
    );
  });

  it('a text too long for some goes to those that it fits', () => {
    const ids = modelsOf({ model: 'flux-fast', body: conversation('字'.repeat(500_000)) });
    expect(ids).toContain('gpt-6-luna');
    expect(ids).not.toContain('gpt-oss-120b');
  });

  it('a text that may be too long for some goes to those that it surely fits first', () => {
    const ids = modelsOf({ model: 'flux-fast', body: conversation('字'.repeat(170_000)) });
    expect(ids[0]).toBe('gpt-6-luna');
    expect(ids.slice(-1)).not.toContain('gpt-6-luna');
  });

  it('flux-auto moves to another lane where its own cannot serve', () => {
    const decision = decisionFor({ body: conversation('hi'), providers: ['xai'] });
    expect(decision).toMatchObject({ tier: 'NANO', lane: 'standard', routedModel: 'grok-4.7' });
    expect(decision.reasons).toContain('lane.moved:fast');
  });

  it("a tier's own default comes before its lane's chain", () => {
    const tiers = policyData.tiers.map((tier) =>
      tier.tier === 'NANO' ? { ...tier, defaultModel: 'gpt-5-nano' } : tier,
    );
    const own = buildPolicy({ ...policyData, tiers });
    const decision = decisionFor({ body: conversation('hi'), input: { policy: own } });
    expect(decision.chain.map((entry) => entry.model).slice(0, 2)).toEqual([
      'gpt-5-nano',
      'gpt-6-luna',
    ]);
    expect(own.hash).not.toBe(policy.hash);
  });
});

describe('health', () => {
  it('puts the healthy first and the down last, else keeps the order', () => {
    const health = {
      providers: { openai: 'down', google: 'degraded' },
      models: { 'claude-haiku-5.5': 'down' },
    } as const;
    const decision = decisionFor({ model: 'flux-fast', input: { health } });
    const ids = decision.chain.map((entry) => entry.model);
    expect(ids).toHaveLength(policy.chainMax);
    expect(ids[0]).toBe('deepseek-v4-flash');
    expect(ids).not.toContain('gpt-6-luna');
    expect(ids).not.toContain('gemini-3.8-flash');
    expect(decision.health).toMatchObject({ 'gpt-6-luna': 'down', 'gemini-3.8-flash': 'degraded' });
    expect(decision.health).toMatchObject({ 'claude-haiku-5.5': 'down' });
    expect(ids).not.toContain('claude-haiku-5.5');
    expect(decision.reasons).toContain('health.down:gpt-6-luna');
  });

  it('keeps an ailing model that speaks the client’s dialect last in the chain, where no other does', () => {
    for (const [dialect, provider, native] of [
      ['anthropic-messages', 'anthropic', 'claude-haiku-5.5'],
      ['openai-responses', 'openai', 'gpt-6-luna'],
    ] as const) {
      for (const state of ['degraded', 'down'] as const) {
        const health = { providers: { [provider]: state }, models: {} };
        const { chain } = decisionFor({ dialect, model: 'flux-fast', input: { health } });
        expect(chain).toHaveLength(policy.chainMax);
        expect(chain.map(({ model }) => model).indexOf(native)).toBe(policy.chainMax - 1);
      }
    }
  });

  it('is decided again exactly from the states that the decision keeps', () => {
    const health = { providers: { openai: 'down' }, models: { 'minimax-m3': 'degraded' } } as const;
    const first = decisionFor({ body: conversation('hi'), input: { health } });
    const kept = { providers: {}, models: first.health };
    expect(decisionFor({ body: conversation('hi'), input: { health: kept } })).toEqual(first);
  });

  it('does not mistake an inherited property for a state', () => {
    const health = { providers: Object.create({ openai: 'down' }), models: {} };
    expect(decisionFor({ model: 'flux-fast', input: { health } }).routedModel).toBe('gpt-6-luna');
  });
});
