import type { Dialect } from '@fluxrouter/catalogue';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conversation, decisionFor } from './decision-fixtures.ts';
import { extractFacts } from './extract-facts.ts';

/** Requests of ours, from the trivial to the hard. */
const ASKS = [
  'hi',
  'What is the capital of Peru?',
  'Translate this sentence to Italian: the train is late.',
  'Write a short birthday message for my colleague Ana.',
  'Which river flows through Vienna and Budapest?',
  'Explain how vaccines work to a class of ten year olds.',
  'What should I look at before I rent a flat in another city?',
  'Write a Python function that merges two sorted lists.',
  'Write a SQL query that returns the ten customers with the highest revenue per month.',
  'A tank holds 240 litres and leaks 3 litres each hour. After how many hours is it one third empty?',
  'Compare leasing and buying a car for someone who drives 8,000 km a year.',
  'Our pods lose database connections during each deployment. What should I look at in the network configuration and the pool?',
  'Design a distributed rate limiter for a multi-region API, compare two algorithms, and implement one in Rust with tests.',
  'Prove that the sum of two even integers is even, and generalise the proof to any modulo.',
];

const EDITS: Record<string, (ask: string) => string> = {
  'a trailing space': (ask) => `${ask} `,
  'a trailing newline': (ask) => `${ask}\n`,
  'a leading blank line': (ask) => `\n\n${ask}`,
  please: (ask) => `Please ${ask}`,
  'please at the end': (ask) => `${ask} Please.`,
  capitals: (ask) => ask.toUpperCase(),
  'small letters': (ask) => ask.toLowerCase(),
  'a greeting': (ask) => `Hello! ${ask}`,
  thanks: (ask) => `${ask} Thanks!`,
};

function laneOf(ask: string): string {
  return decisionFor({ body: conversation(ask) }).lane;
}

describe('harmless edits', () => {
  it.each(Object.keys(EDITS))('%s moves no request', (name) => {
    const edit = EDITS[name] ?? ((ask: string) => ask);
    const moved = ASKS.filter((ask) => laneOf(edit(ask)) !== laneOf(ask));
    expect(moved).toEqual([]);
  });
});

describe('what does not buy a lane', () => {
  const PAGE =
    'The museum opened in the spring and the visitors walked along the river to see it. '.repeat(
      60,
    );

  it('repeated keywords', () => {
    const once = 'compare and optimize';
    const often = `${once} ${'optimize compare '.repeat(200)}`;
    expect(laneOf(often)).toBe(laneOf(`${once} ${'grass flower '.repeat(200)}`));
    expect(laneOf('algorithm '.repeat(500))).not.toBe('reasoning');
  });

  it('a pasted page, whatever words it is full of', () => {
    const jargon =
      'distributed consensus algorithm, prove the theorem, optimize the kernel in Rust. ';
    for (const ask of ASKS) {
      const pasted = (page: string) => laneOf(`${ask}\n\n${PAGE}${page}${PAGE}`);
      expect(pasted(jargon.repeat(40))).toBe(pasted(PAGE));
    }
  });

  /** A greeting introduces what follows it: that is then the ask. */
  const ASKED = ASKS.filter((ask) => ask !== 'hi');

  it('padding: a page after the ask, or spaces', () => {
    for (const ask of ASKED) {
      expect(laneOf(`${ask}\n\n${PAGE}`)).toBe(laneOf(ask));
      expect(laneOf(ask + ' '.repeat(3_000))).toBe(laneOf(ask));
    }
  });

  it('a page of jargon right after the ask', () => {
    const jargon = 'The kernel schedules threads while the database replicates its encrypted log. ';
    for (const ask of ASKED) {
      expect(laneOf(`${ask}\n\n${jargon.repeat(50)}`)).toBe(laneOf(ask));
    }
  });

  it('keywords in a row, again and again', () => {
    const stuffing = 'algorithm theorem kubernetes python matrix kernel encryption '.repeat(30);
    for (const ask of ASKED) expect(laneOf(`${ask}\n\n${stuffing}`)).toBe(laneOf(ask));
  });
});

describe('messages after the last words of the user', () => {
  const noise = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.constant('compare, prove and optimize the distributed algorithm '.repeat(20)),
  );

  it('never change the lane', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ASKS), fc.array(noise, { maxLength: 6 }), (ask, results) => {
        const plain = decisionFor({ body: conversation(ask) });
        const { messages } = conversation(ask) as { messages: unknown[] };
        const steps = results.flatMap((content, i) => [
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: `${i}`, function: { name: 'f' } }],
          },
          { role: 'tool', tool_call_id: `${i}`, content },
        ]);
        const looped = decisionFor({ body: { messages: [...messages, ...steps] } });
        expect(looped).toMatchObject({ lane: plain.lane, tier: plain.tier, score: plain.score });
        expect(looped.chain).toEqual(plain.chain);
      }),
      { seed: 15 },
    );
  });

  it('never change the lane in the other dialects either', () => {
    const bodies: [Dialect, Record<string, unknown>][] = ASKS.flatMap((ask) => [
      [
        'anthropic-messages' as const,
        {
          messages: [
            { role: 'user', content: ask },
            { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
            {
              role: 'user',
              content: [
                { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'image', source: {} }] },
                { type: 'text', text: '<system-reminder>prove, compare, design</system-reminder>' },
              ],
            },
          ],
        },
      ],
      [
        'openai-responses' as const,
        {
          input: [
            { role: 'user', content: ask },
            { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"prove":1}' },
            { type: 'function_call_output', call_id: 'a', output: 'prove, compare, design' },
          ],
        },
      ],
    ]);
    for (const [index, [dialect, body]] of bodies.entries()) {
      const plain = decisionFor({ body: conversation(ASKS[index >> 1] ?? '') });
      expect(decisionFor({ dialect, body })).toMatchObject({
        lane: plain.lane,
        score: plain.score,
      });
    }
  });
});

describe('time', () => {
  it('grows no faster than the length, also for texts made to be slow', () => {
    const hostile = [
      'a',
      '1',
      '1,',
      '`',
      '```\n',
      ' ',
      '\n',
      '<system-reminder>',
      '- ',
      '证',
      '\ud83d',
      'é ',
    ];
    for (const piece of hostile) {
      const body = conversation(piece.repeat(Math.ceil(300_000 / piece.length)));
      const start = performance.now();
      extractFacts(body, 'openai-chat');
      // 3 to 6 ms on an idle machine; what grows with the square would take minutes.
      expect(performance.now() - start).toBeLessThan(1_000);
    }
  });
});
