import { describe, expect, it } from 'vitest';
import { Lexicon } from './lexicon.ts';
import { lexiconData } from './lexicon-data.ts';
import {
  buildPolicy,
  checkPolicy,
  checkPolicyModels,
  type PolicyData,
  policyData,
} from './policy.ts';

describe('the policy that ships', () => {
  it('has no problem', () => {
    expect(checkPolicy(policyData)).toEqual([]);
  });

  it('has a hash that follows its data and its words, whatever their order in the file', () => {
    const { hash } = buildPolicy();
    const reordered = Object.fromEntries(
      Object.entries(policyData).reverse(),
    ) as unknown as PolicyData;
    expect(buildPolicy(reordered).hash).toBe(hash);
    expect(buildPolicy({ ...policyData, version: 'other' }).hash).not.toBe(hash);
    expect(buildPolicy(policyData, { ...lexiconData, xx: {} }).hash).not.toBe(hash);
  });

  it('lets no single contribution alone move a request from the fast lane to reasoning', () => {
    const from = (tier: string) => policyData.tiers.find((t) => t.tier === tier)?.from ?? 0;
    const span = from('COMPLEX') - from('LIGHT');
    for (const { feature, cap } of policyData.weights) {
      // A word problem is many signs in one; what is trivial or only a greeting says nothing else.
      if (['ask.wordProblem', 'ask.trivial', 'ask.material'].includes(feature)) continue;
      expect(cap, feature).toBeLessThanOrEqual(span);
    }
  });
});

describe('checkPolicy', () => {
  it('names every problem at once', () => {
    const broken = {
      ...policyData,
      weights: [
        { feature: 'ask.poetry', weight: Number.NaN, cap: 0, category: 'verse' },
        ...policyData.weights.slice(0, 1),
        ...policyData.weights.slice(0, 1),
      ],
      tiers: policyData.tiers.map((tier) => (tier.tier === 'LIGHT' ? { ...tier, from: -9 } : tier)),
      history: { ...policyData.history, floorMax: 'HUGE' },
      confidence: [
        { score: 1, confidence: 2 },
        { score: 0, confidence: 0.5 },
      ],
    } as unknown as PolicyData;
    expect(checkPolicy(broken)).toEqual([
      'weights: no such feature: ask.poetry',
      'weights: no such category: verse',
      'weights: ask.poetry has no finite weight',
      'weights: ask.poetry has no cap above 0',
      'weights: a feature is weighed twice',
      'tiers: LIGHT does not begin above the one before it',
      'confidence: 2 at 1',
      'confidence: scores must rise',
      'history: no such tier for floorMax',
    ]);
    expect(() => buildPolicy(broken)).toThrow('the policy has 9 problems');
  });
});

describe('checkPolicyModels', () => {
  const models = new Map([
    ['a', { lane: 'fast' as const }],
    ['picture', { lane: 'image' as const }],
  ]);
  const naming = (defaultModel: string): PolicyData => ({
    ...policyData,
    tiers: policyData.tiers.map((tier, i) => (i === 0 ? { ...tier, defaultModel } : tier)),
  });

  it('finds models that are not there or make pictures', () => {
    expect(checkPolicyModels(policyData, models)).toEqual([]);
    expect(checkPolicyModels(naming('a'), models)).toEqual([]);
    expect(checkPolicyModels(naming('gone'), models)).toEqual([
      'tiers: NANO names a model that is not there: gone',
    ]);
    expect(checkPolicyModels(naming('picture'), models)).toEqual([
      'tiers: NANO names an image model: picture',
    ]);
  });
});

describe('the lexicon', () => {
  it('has the languages that are promised', () => {
    expect(Object.keys(lexiconData).sort()).toEqual(
      'ar de en es fr hi it ja ko pt ru tr vi zh'.split(' '),
    );
  });

  it('names every problem at once', () => {
    const broken = {
      ...lexiconData,
      xx: { math: { cookery: 'stew' }, code: { code: 'abc* --' }, proof: { prove: '証明証明証' } },
    };
    expect(() => new Lexicon(broken)).toThrow(
      /the lexicon has 4 problems:\n.*math\.cookery.*\n.*too short.*\n.*no letters.*\n.*2 to 4 signs/,
    );
  });

  it('has no word twice in an idea', () => {
    for (const families of Object.values(lexiconData)) {
      for (const ideas of Object.values(families)) {
        for (const words of Object.values(ideas)) {
          const list = words.split(' ');
          expect(new Set(list).size, words).toBe(list.length);
        }
      }
    }
  });
});
