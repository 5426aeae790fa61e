import { describe, expect, it } from 'vitest';
import golden from '../data/golden-decisions.json' with { type: 'json' };
import versions from '../data/policy-versions.json' with { type: 'json' };
import { conversation, decisionFor, policy } from './decision-fixtures.ts';

/**
 * What the shipped policy decides for requests of ours. A change of it asks for a new `version` in data/policy.json
 * and a line in data/policy-versions.json; `node scripts/update-golden-decisions.ts` writes both.
 */
describe('golden decisions', () => {
  it('belong to the last policy version, and no version ever stood for two policies', () => {
    expect(versions.at(-1)).toEqual({ version: policy.version, hash: policy.hash });
    const names = versions.map(({ version }) => version);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(golden)('$tier, held at $historyFloor: $turns', ({ turns, ...expected }) => {
    const { tier, lane, score, confidence, historyFloor } = decisionFor({
      body: conversation(...turns),
    });
    expect({ tier, lane, score, confidence, historyFloor }).toEqual(expected);
  });
});
