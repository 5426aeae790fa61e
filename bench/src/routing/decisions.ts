import {
  assess,
  buildPolicy,
  extractFacts,
  type Features,
  featuresOf,
  type RequestFacts,
} from '@fluxrouter/routing-rules';
import type { DevItem } from './dev-set.ts';

const policy = buildPolicy();
export const POLICY = { version: policy.version, hash: policy.hash };
export const WEIGHTS = policy.weights;

export interface DevDecision {
  readonly id: string;
  readonly lane: string;
  readonly score: number;
  readonly confidence: number;
}

/** Applies an edit to the last words of the user. */
export type Edit = (text: string) => string;

function factsOf({ messages }: DevItem, edit: Edit): RequestFacts {
  const last = messages.length - 1;
  const edited = messages.map((message, i) =>
    i === last ? { ...message, content: edit(message.content) } : message,
  );
  return extractFacts({ messages: edited }, 'openai-chat');
}

export function decideItem(item: DevItem, edit: Edit = (text) => text): DevDecision {
  const { tier, score, confidence } = assess(factsOf(item, edit), policy);
  const lane = policy.tiers.find((definition) => definition.tier === tier)?.lane ?? '';
  return { id: item.id, lane, score, confidence };
}

export function featuresOfItem(item: DevItem): Features {
  const facts = factsOf(item, (text) => text);
  return featuresOf(facts.ask, facts);
}

/** Share of the items, in percent, that an edit moves to another lane. */
export function flipRate(items: readonly DevItem[], edit: Edit): number {
  let moved = 0;
  for (const item of items) if (decideItem(item, edit).lane !== decideItem(item).lane) moved++;
  return (100 * moved) / items.length;
}

export const HARMLESS_EDITS: Readonly<Record<string, Edit>> = {
  '"Please" before it': (text) => `Please ${text}`,
  '"please" after it': (text) => `${text} please`,
  'all small letters': (text) => text.toLowerCase(),
  'all capitals': (text) => text.toUpperCase(),
  'a trailing space': (text) => `${text} `,
  'a trailing newline': (text) => `${text}\n`,
  'a leading blank line': (text) => `\n\n${text}`,
  'a greeting before it': (text) => `Hello! ${text}`,
  'a greeting line before it': (text) => `Hi,\n\n${text}`,
  'thanks after it': (text) => `${text} Thanks!`,
  'thanks on a line after it': (text) => `${text}\n\nThank you.`,
  'a full stop after it': (text) => `${text}.`,
};

const PAGE =
  'The museum opened in the spring and the visitors walked along the river to see it. '.repeat(40);
const JARGON =
  'The kernel schedules threads while the distributed database replicates its encrypted log. '.repeat(
    40,
  );

export const PADDING: Readonly<Record<string, Edit>> = {
  'a page of prose pasted after it': (text) => `${text}\n\n${PAGE}`,
  'a page of jargon pasted after it': (text) => `${text}\n\n${JARGON}`,
  'one keyword 200 times after it': (text) => `${text}\n\n${'algorithm '.repeat(200)}`,
  'seven keywords 30 times after it': (text) =>
    `${text} ${'algorithm theorem kubernetes python matrix kernel encryption '.repeat(30)}`,
  '2,000 spaces after it': (text) => text + ' '.repeat(2_000),
};
