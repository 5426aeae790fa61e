import { buildCatalogue } from '@fluxrouter/catalogue';
import { buildRateCard, rateCardDefinitions } from '@fluxrouter/pricing';
import { extractFacts, type PolicyData, packFacts, policyData } from '@fluxrouter/routing-rules';
import { describe, expect, it } from 'vitest';
import { comparePolicies, type ReplayedRecord } from './compare-policies.ts';

const [definition] = rateCardDefinitions;
if (definition === undefined) throw new Error('no rate card');
const card = buildRateCard(definition, [...buildCatalogue().models.values()]);

const HARD =
  'Design a distributed rate limiter for a multi-region API and implement the algorithm in Rust.';

function recordOf(ask: string, more: Partial<ReplayedRecord> = {}): ReplayedRecord {
  const facts = extractFacts({ messages: [{ role: 'user', content: ask }] }, 'openai-chat');
  return {
    profile: 'auto',
    tier: 'COMPLEX',
    lane: 'reasoning',
    dialect: 'openai-chat',
    routedModel: 'gemini-4-argon',
    model: 'gemini-4-argon',
    rateCard: card.version,
    reasons: [],
    facts: packFacts(facts),
    health: {},
    costUsd: '1',
    usage: { input: 1_000_000, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null, output: 0 },
    ...more,
  };
}

/** Everything is SIMPLE. */
const CHEAP: PolicyData = {
  ...policyData,
  version: 'cheap',
  tiers: policyData.tiers.map((tier, i) =>
    i === 0 ? tier : { ...tier, from: [0, -99, 50, 60, 70][i] ?? 0 },
  ),
};

describe('comparePolicies', () => {
  it('leaves all where it was under the policy that decided it', () => {
    const same = comparePolicies([recordOf(HARD)], policyData, () => true);
    expect(same).toMatchObject({ requests: 1, notReplayed: 0, laneMoved: 0, modelMoved: 0 });
    expect(same.costPicoUsd.other).toBe(same.costPicoUsd.today);
  });

  it('tells mix and cost of another one, at the price of its models', () => {
    const other = comparePolicies([recordOf(HARD)], CHEAP, () => true);
    expect(other.lanes).toEqual({
      reasoning: { today: 1, other: 0 },
      fast: { today: 0, other: 1 },
    });
    expect(other.tiers['SIMPLE']).toEqual({ today: 0, other: 1 });
    expect(other).toMatchObject({ laneMoved: 1, modelMoved: 1 });
    // A million tokens at the fast lane: $1.
    expect(other.costPicoUsd).toEqual({ today: 1_000_000_000_000n, other: 1_000_000_000_000n });
  });

  it('leaves alone what the score did not decide, and what was kept without facts', () => {
    const records = [
      recordOf(HARD, { profile: 'tier' }),
      recordOf(HARD, { facts: [] }),
      recordOf(HARD, { reasons: ['routor.tier:COMPLEX'] }),
      recordOf(HARD, { rateCard: 'gone' }),
    ];
    const other = comparePolicies(records, CHEAP, () => true);
    expect(other).toMatchObject({ notReplayed: 4, laneMoved: 0 });
    expect(other.lanes).toEqual({ reasoning: { today: 4, other: 4 } });
  });

  it('uses the health that the record was decided with', () => {
    const down = { 'gemini-4-argon': 'down' } as const;
    const other = comparePolicies([recordOf(HARD, { health: down })], policyData, () => true);
    expect(other).toMatchObject({ laneMoved: 0, modelMoved: 1 });
  });

  it('says what is wrong with a policy', () => {
    expect(() => comparePolicies([], { ...policyData, chainMax: 0 }, () => true)).toThrow(
      'chainMax: must be a whole number',
    );
  });
});
