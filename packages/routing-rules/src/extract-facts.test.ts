import type { Dialect } from '@fluxrouter/catalogue';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractFacts } from './extract-facts.ts';
import type { RequestFacts } from './facts.ts';

const ASK = 'Prove that this terminates.';

/** One conversation in each dialect, content as a string and as parts. */
const SAME_CONVERSATION: [name: string, dialect: Dialect, body: Record<string, unknown>][] = [
  [
    'chat, strings',
    'openai-chat',
    {
      messages: [
        { role: 'system', content: 'You are terse.' },
        { role: 'user', content: 'Hello there' },
        { role: 'assistant', content: 'Hi.' },
        { role: 'user', content: ASK },
      ],
    },
  ],
  [
    'chat, parts',
    'openai-chat',
    {
      messages: [
        { role: 'developer', content: [{ type: 'text', text: 'You are terse.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Hello there' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'Hi.' }] },
        { role: 'user', content: [{ type: 'text', text: ASK }] },
      ],
    },
  ],
  [
    'responses',
    'openai-responses',
    {
      instructions: 'You are terse.',
      input: [
        { role: 'user', content: 'Hello there' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi.' }] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: ASK }] },
      ],
    },
  ],
  [
    'messages, strings',
    'anthropic-messages',
    {
      system: 'You are terse.',
      messages: [
        { role: 'user', content: 'Hello there' },
        { role: 'assistant', content: 'Hi.' },
        { role: 'user', content: ASK },
      ],
    },
  ],
  [
    'messages, blocks',
    'anthropic-messages',
    {
      system: [{ type: 'text', text: 'You are terse.' }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hello there' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'Hi.' }] },
        { role: 'user', content: [{ type: 'text', text: ASK }] },
      ],
    },
  ],
];

function askOf(dialect: Dialect, body: Record<string, unknown>) {
  return extractFacts(body, dialect).ask;
}

describe('extractFacts', () => {
  it.each(SAME_CONVERSATION)('reads the same conversation from %s', (_, dialect, body) => {
    const facts = extractFacts(body, dialect);
    expect(facts.ask).toMatchObject({ words: 4, chars: ASK.length, ideas: { proof: 1 } });
    expect(facts.history).toHaveLength(1);
    expect(facts.history[0]).toMatchObject({ words: 1 });
    expect(facts).toMatchObject({ systemChars: 14, userTurns: 2, hasToolResults: false });
    expect(facts.inputTokensEstimate).toBeGreaterThan(10);
    expect(facts.inputTokensEstimate).toBeLessThan(40);
  });

  it('reads a responses input that is a string, and an image prompt', () => {
    expect(askOf('openai-responses', { input: ASK }).words).toBe(4);
    expect(askOf('openai-images', { prompt: 'a red fox' }).words).toBe(3);
  });

  it('scores the words of the user, not the tool results after them', () => {
    const chat = extractFacts(
      {
        messages: [
          { role: 'user', content: ASK },
          { role: 'assistant', content: null, tool_calls: [{ id: 'x', function: { name: 'f' } }] },
          { role: 'tool', tool_call_id: 'x', content: 'compare analyze evaluate '.repeat(50) },
        ],
      },
      'openai-chat',
    );
    const anthropic = extractFacts(
      {
        messages: [
          { role: 'user', content: ASK },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'x', name: 'f', input: {} }] },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 'x', content: 'compare analyze' }],
          },
        ],
      },
      'anthropic-messages',
    );
    const responses = extractFacts(
      {
        input: [
          { role: 'user', content: ASK },
          { type: 'function_call', call_id: 'x', name: 'f', arguments: '{}' },
          { type: 'function_call_output', call_id: 'x', output: 'compare analyze' },
        ],
      },
      'openai-responses',
    );
    for (const facts of [chat, anthropic, responses]) {
      expect(facts.ask).toMatchObject({ words: 4, ideas: { proof: 1, analysis: 0 } });
      expect(facts).toMatchObject({ hasToolResults: true, inToolTurn: true, userTurns: 1 });
    }
  });

  it('scores the words of the user, not the envelope of an agent', () => {
    const wrapped = '<system-reminder>\ncompare and analyze\n</system-reminder>\n';
    for (const content of [
      wrapped + ASK,
      [
        { type: 'text', text: wrapped },
        { type: 'text', text: '<system-reminder>never closed, prove' },
        { type: 'text', text: ASK },
      ],
    ]) {
      const facts = extractFacts({ messages: [{ role: 'user', content }] }, 'anthropic-messages');
      expect(facts.ask).toMatchObject({ words: 4, ideas: { proof: 1, analysis: 0 } });
    }
  });

  it('has an empty ask where the user wrote nothing', () => {
    const body = { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] };
    const facts = extractFacts(body, 'openai-chat');
    expect(facts.ask).toMatchObject({ words: 0, chars: 0 });
    expect(facts.images).toBe(1);
  });

  it('counts media in each dialect, and no base64 as text', () => {
    const data = 'A'.repeat(100_000);
    const media: [Dialect, Record<string, unknown>, Partial<RequestFacts>][] = [
      [
        'openai-chat',
        {
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: ASK },
                { type: 'image_url', image_url: { url: data } },
                { type: 'file', file: { file_data: data } },
                { type: 'input_audio', input_audio: { data } },
              ],
            },
          ],
        },
        { images: 1, files: 1, audio: 1 },
      ],
      [
        'openai-responses',
        {
          input: [
            {
              role: 'user',
              content: [
                { type: 'input_image', image_url: data },
                { type: 'input_file', file_data: data },
              ],
            },
          ],
        },
        { images: 1, files: 1 },
      ],
      [
        'anthropic-messages',
        {
          messages: [
            {
              role: 'user',
              content: [
                { type: 'image', source: { type: 'base64', data } },
                { type: 'document', source: { type: 'base64', data } },
                { type: 'document', source: { type: 'text', data: 'plain words' } },
              ],
            },
          ],
        },
        { images: 1, files: 1 },
      ],
    ];
    for (const [dialect, body, expected] of media) {
      const facts = extractFacts(body, dialect);
      expect(facts).toMatchObject(expected);
      expect(facts.inputTokensEstimate).toBeLessThan(10_000);
    }
  });

  it('reads what the request asks of a model', () => {
    const facts = (body: Record<string, unknown>, dialect: Dialect = 'openai-chat') =>
      extractFacts(body, dialect);
    expect(facts({ reasoning_effort: 'high' }).reasoningEffort).toBe('high');
    expect(facts({ reasoning: { effort: 'low' } }).reasoningEffort).toBe('low');
    expect(facts({ output_config: { effort: 'max' } }).reasoningEffort).toBe('max');
    expect(facts({ reasoning_effort: 'a poem' }).reasoningEffort).toBeNull();
    expect(facts({ thinking: { type: 'enabled', budget_tokens: 2048 } }).thinkingBudget).toBe(2048);
    expect(facts({ thinking: { type: 'disabled', budget_tokens: 1 } }).thinkingBudget).toBeNull();
    expect(facts({ response_format: { type: 'json_schema' } }).jsonSchema).toBe(true);
    expect(facts({ response_format: { type: 'json_object' } }).jsonSchema).toBe(false);
    expect(facts({ text: { format: { type: 'json_schema' } } }).jsonSchema).toBe(true);
    expect(facts({ output_config: { format: { type: 'json_schema' } } }).jsonSchema).toBe(true);
    expect(facts({ max_tokens: 5, max_completion_tokens: 7 }).maxTokens).toBe(7);
    expect(facts({ max_output_tokens: 9 }).maxTokens).toBe(9);
    expect(facts({ n: 3, stream: true })).toMatchObject({ n: 3, stream: true });
    expect(facts({ n: 0 }).n).toBe(1);
    expect(facts({ tools: [{}, {}], tool_choice: 'required' })).toMatchObject({
      tools: 2,
      toolChoiceForced: true,
    });
    expect(facts({ tool_choice: { type: 'auto' } }).toolChoiceForced).toBe(false);
    expect(facts({ tool_choice: { type: 'tool', name: 'f' } }).toolChoiceForced).toBe(true);
  });

  it('looks back a bounded number of turns', () => {
    const messages = Array.from({ length: 50 }, () => ({ role: 'user', content: 'again' }));
    const facts = extractFacts({ messages }, 'openai-chat');
    expect(facts.history).toHaveLength(8);
    expect(facts.userTurns).toBe(50);
  });

  it('is total, keeps no text and changes nothing', () => {
    const canary = 'kanarienvogel';
    const json = fc.jsonValue({ maxDepth: 4 });
    const part = fc.record({ type: fc.constantFrom('text', 'image', 'tool_result'), text: json });
    const content = fc.oneof(json, fc.array(part));
    const body = fc.record(
      {
        messages: fc.oneof(
          json,
          fc.array(fc.record({ role: fc.constantFrom('user', 'assistant', 'tool'), content })),
        ),
        input: fc.oneof(
          json,
          fc.array(fc.oneof(json, fc.record({ type: json, role: json, content }))),
        ),
        system: json,
        tools: json,
        thinking: json,
        tool_choice: fc.constant(canary),
        reasoning_effort: fc.constant(canary),
        model: fc.constant(canary),
      },
      { requiredKeys: ['model', 'tool_choice', 'reasoning_effort'] },
    );
    fc.assert(
      fc.property(
        body,
        fc.constantFrom<Dialect>('openai-chat', 'openai-responses', 'anthropic-messages'),
        (request, dialect) => {
          const before = JSON.stringify(request);
          const facts = JSON.stringify(extractFacts(request, dialect));
          expect(facts).not.toContain(canary);
          expect(JSON.stringify(request)).toBe(before);
        },
      ),
      { seed: 14, numRuns: 300 },
    );
  });

  it('survives a body that nests without end', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 5_000; i++) deep = { a: deep };
    expect(extractFacts({ tools: [deep] }, 'openai-chat').tools).toBe(1);
  });
});
