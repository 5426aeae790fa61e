import { describe, expect, it } from 'vitest';
import golden from '../data/golden-decisions.json' with { type: 'json' };
import { conversation, decisionFor, inputFor } from './decision-fixtures.ts';
import { extractFacts } from './extract-facts.ts';
import { packFacts, unpackFacts } from './packed-facts.ts';

describe('packed facts', () => {
  it('decide as the facts do', () => {
    for (const { turns } of golden) {
      const body = conversation(...turns);
      const facts = unpackFacts(packFacts(inputFor({ body }).facts));
      if (facts === null) throw new Error('not unpacked');
      expect(decisionFor({ body, input: { facts } })).toEqual(decisionFor({ body }));
    }
  });

  it('keep every count and flag', () => {
    const facts = extractFacts(
      {
        stream: true,
        n: 2,
        max_tokens: 0,
        reasoning_effort: 'high',
        thinking: { type: 'enabled', budget_tokens: 2048 },
        tools: [{}],
        tool_choice: 'required',
        response_format: { type: 'json_schema' },
        messages: [
          { role: 'system', content: 'Be terse.' },
          { role: 'user', content: 'Prove 1 + 1 = 2.' },
          { role: 'user', content: [{ type: 'text', text: 'why?' }, { type: 'image_url' }] },
        ],
      },
      'openai-chat',
    );
    expect(unpackFacts(packFacts(facts))).toEqual(facts);
  });

  it('are few and whole numbers', () => {
    const packed = packFacts(inputFor({ body: conversation('Compare two databases.') }).facts);
    expect(packed.length).toBeLessThan(60);
    expect(packed.every((each) => Number.isInteger(each) && each >= 0)).toBe(true);
  });

  it('of another version are not guessed at', () => {
    expect(unpackFacts([99, 0, 0])).toBeNull();
    expect(unpackFacts([])).toBeNull();
  });
});
