import { describe, expect, it } from 'vitest';
import { conversation, decisionFor, policy } from './decision-fixtures.ts';
import type { Tier } from './policy.ts';

/**
 * What the shipped policy decides for requests of ours. A change here is a change of the policy: it needs a new
 * `version` in data/policy.json, and the hash below tells that it happened.
 */
const GOLDEN_POLICY = { version: '2026-11-21', hash: 'HASH' };

const GOLDEN: [tier: Tier, ask: string][] = [['NANO', 'hi']];

const CONVERSATIONS: [tier: Tier, ...turns: string[]][] = [['LIGHT', 'x']];

describe('golden decisions', () => {
  it('belong to this policy', () => {
    expect({ version: policy.version, hash: policy.hash }).toEqual(GOLDEN_POLICY);
  });

  it.each(GOLDEN)('%s: %s', (tier, ask) => {
    expect(decisionFor({ body: conversation(ask) }).tier).toBe(tier);
  });

  it.each(CONVERSATIONS)('%s: %s …', (tier, ...turns) => {
    expect(decisionFor({ body: conversation(...turns) }).tier).toBe(tier);
  });
});
