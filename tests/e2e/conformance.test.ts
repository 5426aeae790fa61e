import { writeFileSync } from 'node:fs';
import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { chatFeatures } from './support/features/chat.ts';
import { type FeatureClient, type FeatureName, featureNames } from './support/features/feature.ts';
import { messagesFeatures } from './support/features/messages.ts';
import { responsesFeatures } from './support/features/responses.ts';
import { chatByResponses } from './support/translating-fetch.ts';

/** A pinned model for each dialect of providers; OpenAI's speak two, and translation prefers responses. */
const models = {
  'openai-chat': 'flux-pinned-kimi-k3',
  'openai-responses': 'flux-pinned-gpt-5.4',
  'anthropic-messages': 'flux-pinned-claude-opus-4.8',
} as const;
type Out = keyof typeof models;

let system: RunningSystem;
let clients: Readonly<Record<Out, FeatureClient>>;
let chatByOtherWay: FeatureClient;
const results = new Map<string, string>();

beforeAll(async () => {
  system = await startSystem();
  chatByOtherWay = chatFeatures(system, chatByResponses);
  clients = {
    'openai-chat': chatFeatures(system),
    'openai-responses': responsesFeatures(system),
    'anthropic-messages': messagesFeatures(system),
  };
});
afterAll(async () => {
  await system.stop();
  // A run of a part of it must not leave half a page.
  if (results.size === names.length ** 2 * featureNames.length) writeMatrix();
});

const names = Object.keys(models) as Out[];

for (const dialectIn of names) {
  for (const dialectOut of names) {
    describe(`${dialectIn} to ${dialectOut}`, () => {
      it.each(featureNames)('%s', async (feature) => {
        results.set(keyOf(dialectIn, dialectOut, feature), 'failed');
        const headers = await clientOf(dialectIn, dialectOut).features[feature](models[dialectOut]);
        const notes = headers?.get('x-flux-notes') ?? '';
        results.set(keyOf(dialectIn, dialectOut, feature), notes === '' ? 'passed' : notes);
      });
    });
  }
}

/** A model that speaks the client's dialect is called in it: no model of today speaks responses alone. */
function clientOf(from: Out, to: Out): FeatureClient {
  return from === 'openai-chat' && to === 'openai-responses' ? chatByOtherWay : clients[from];
}

function keyOf(from: Out, to: Out, feature: FeatureName): string {
  return `${from} ${to} ${feature}`;
}

function writeMatrix(): void {
  const pairs = names.flatMap((from) => names.map((to) => [from, to] as const));
  const lines = [
    '# Conformance',
    '',
    'Made by `tests/e2e/conformance.test.ts`, by the official SDKs against the gateway with the sandbox',
    'provider behind it. `passed`: with no note. Otherwise what `X-Flux-Notes` said: the answer came, and',
    'this is what could not be carried. From chat to responses the gateway never has to go today (OpenAI’s',
    'models speak both, and what is spoken is not translated): that row was made by the same codecs within',
    'the client.',
    '',
    `| client → model | ${featureNames.join(' | ')} |`,
    `|---|${featureNames.map(() => '---').join('|')}|`,
    ...pairs.map(([from, to]) => {
      const cells = featureNames.map((feature) => results.get(keyOf(from, to, feature)) ?? '–');
      return `| ${from} → ${to} | ${cells.join(' | ')} |`;
    }),
    '',
  ];
  writeFileSync(new URL('../../docs/conformance.md', import.meta.url), lines.join('\n'));
}
