import { describe, expect, it } from 'vitest';
import { buildPolicy, checkPolicy, type PolicyData, policyData } from './policy.ts';
import { buildWordTable, vocabulary } from './vocabulary.ts';

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
    expect(buildPolicy(policyData, { ...vocabulary, math: ['prove'] }).hash).not.toBe(hash);
  });

  it('lets no single contribution decide between fast and reasoning but a word problem', () => {
    const span = 0.6 - -0.2;
    for (const { feature, cap } of policyData.weights) {
      if (feature !== 'ask.wordProblem') expect(cap).toBeLessThan(span * 0.75);
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

describe('the vocabulary', () => {
  it('fits into the table: no family is too large, no two words share a hash', () => {
    expect(() => buildWordTable(vocabulary)).not.toThrow();
    expect(() => buildWordTable({ ...vocabulary, math: Array(32).fill('prove') })).toThrow(
      '31 ideas',
    );
  });

  it('has only words that the scan can find: letters, small, no doubles in an idea', () => {
    for (const line of Object.values(vocabulary).flat()) {
      const words = line.split(' ');
      for (const word of words) expect(word).toMatch(/^\p{Ll}+$/u);
      expect(new Set(words).size).toBe(words.length);
    }
  });
});
