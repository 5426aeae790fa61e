import { describe, expect, it } from 'vitest';
import { conversation, decisionFor, policy } from './decision-fixtures.ts';
import type { Tier } from './policy.ts';

/**
 * What the shipped policy decides for requests of ours. A change here asks for a new
 * `version` in data/policy.json, or a new RULES_VERSION where code changed; the hash tells that it happened.
 */
const GOLDEN_POLICY = { version: '2026-11-21', hash: 'pol_1e0e2145f326d4f2' };

const GOLDEN: [tier: Tier, score: number, ask: string][] = [
  ['NANO', -1.02, 'hi'],
  ['NANO', -1.02, 'Thanks, that helped!'],
  ['NANO', -0.527, 'hello, how are you?'],
  ['NANO', -0.62, 'ping'],
  ['SIMPLE', -0.328, 'What is the capital of Peru?'],
  ['NANO', -0.717, 'Translate "good morning" to Italian.'],
  ['NANO', -0.915, 'Suggest a short birthday message for my friend.'],
  ['SIMPLE', -0.31, 'Write a two line poem about rain.'],
  ['SIMPLE', -0.3, 'Fix the grammar: he go to school.'],
  [
    'SIMPLE',
    -0.399,
    'Summarize this paragraph in one sentence: The museum opened in 1902 and moved twice.',
  ],
  ['SIMPLE', -0.262, 'Write an email to my landlord about the broken heater.'],
  ['SIMPLE', -0.31, 'Give me a recipe for lentil soup.'],
  ['LIGHT', 0.04, '2+2?'],
  ['LIGHT', -0.127, 'Who wrote Don Quixote?'],
  ['LIGHT', -0.107, 'Explain how vaccines work.'],
  ['LIGHT', -0.028, 'What time zone should I use for a meeting between Lisbon and Seoul?'],
  ['LIGHT', 0.037, 'How do I center a div in CSS?'],
  ['LIGHT', -0.18, 'Plan a three day trip to Porto with kids, with indoor options for each day.'],
  ['LIGHT', 0.012, 'Compare leasing and buying a car for someone who drives 8,000 km a year.'],
  ['LIGHT', -0.107, '写一个二分查找函数'],
  ['STANDARD', 0.226, 'Write a Python function that merges two sorted lists.'],
  ['STANDARD', 0.375, 'Prove that every continuous function on a closed interval is bounded.'],
  [
    'STANDARD',
    0.555,
    'Evaluate whether our portfolio should hedge currency risk; assume 40% of revenue in euros, compare forwards and options, and justify the cost in detail.',
  ],
  [
    'COMPLEX',
    0.732,
    'A shop sells pens at 3 for $4 and notebooks at $2.50 each. Mia buys 9 pens and 4 notebooks, and pays with a $50 bill. How much money is left?',
  ],
  [
    'COMPLEX',
    0.919,
    'Our Kubernetes pods lose database connections during deployment. Debug this: what should I look at in the network configuration, the connection pool and the query latency?',
  ],
  [
    'COMPLEX',
    0.991,
    'Refactor this class so that the cache is thread safe, and explain the trade-offs of a mutex against a lock-free queue:\n```java\nclass Cache {\n  private Map<String, Object> map = new HashMap<>();\n  Object get(String k) { return map.get(k); }\n}\n```',
  ],
  [
    'COMPLEX',
    1.156,
    'Design a distributed rate limiter for a multi-region API: compare token bucket and sliding window under network partitions, and implement the algorithm in Rust with tests.',
  ],
];

/** Turns of user and assistant, the user first and last. */
const CONVERSATIONS: [tier: Tier, historyFloor: Tier | null, ...turns: string[]][] = [
  [
    'COMPLEX',
    'COMPLEX',
    'Our Kubernetes pods lose database connections during deployment. Debug this: what should I look at in the network configuration, the connection pool and the query latency?',
    'Look at the pool.',
    'yes, do it',
  ],
  [
    'COMPLEX',
    'COMPLEX',
    'Our Kubernetes pods lose database connections during deployment. Debug this: what should I look at in the network configuration, the connection pool and the query latency?',
    'Look at the pool.',
    'why?',
  ],
  [
    'COMPLEX',
    'COMPLEX',
    'Our Kubernetes pods lose database connections during deployment. Debug this: what should I look at in the network configuration, the connection pool and the query latency?',
    'Look at the pool.',
    'ok',
    'Done.',
    'and the second one?',
  ],
  ['NANO', null, 'hi', 'Hello!', 'yes, do it'],
  ['SIMPLE', 'SIMPLE', 'Write a poem about rain.', 'It falls.', 'shorter please'],
  [
    'SIMPLE',
    null,
    'Our Kubernetes pods lose database connections during deployment. Debug this: what should I look at in the network configuration, the connection pool and the query latency?',
    'Look at the pool.',
    'Thanks. On another matter: which of the two museums that my aunt mentioned in her letter is open on a Monday in winter?',
  ],
];

describe('golden decisions', () => {
  it('belong to this policy', () => {
    expect({ version: policy.version, hash: policy.hash }).toEqual(GOLDEN_POLICY);
  });

  it.each(GOLDEN)('%s (%d): %s', (tier, score, ask) => {
    expect(decisionFor({ body: conversation(ask) })).toMatchObject({ tier, score });
  });

  it.each(CONVERSATIONS)('%s, held at %s: %s', (tier, historyFloor, ...turns) => {
    expect(decisionFor({ body: conversation(...turns) })).toMatchObject({ tier, historyFloor });
  });
});
