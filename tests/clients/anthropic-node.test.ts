import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { expect } from 'vitest';
import {
  CITY,
  expectCity,
  PIXEL,
  PROMPTS,
  SEEN,
  TOOL_SAID,
  WEATHER,
  weatherTool,
} from './support/asks.ts';
import {
  complaintOf,
  describeClients,
  type RealClient,
  type Target,
} from './support/describe-client.ts';

const clientOf = ({ baseUrl, key }: Target) =>
  new Anthropic({ apiKey: key, baseURL: `${baseUrl}/anthropic`, maxRetries: 0 });
const user = (content: string) => [{ role: 'user' as const, content }];
const ask = ({ model }: Target, prompt: string) => ({
  model,
  max_tokens: 4_000,
  messages: user(prompt),
});

function textOf({ content }: { content: readonly { type: string }[] }): string {
  return content.map((block) => (block as { text?: string }).text ?? '').join('');
}

/** The SDK's tool runner, which asks for a thread first and is told that there are none. */
async function runTools(target: Target, prompt: string, calls: number): Promise<void> {
  const tool = weatherTool();
  const runner = clientOf(target).beta.messages.toolRunner({
    ...ask(target, prompt),
    tools: [
      betaTool({
        name: WEATHER.name,
        description: WEATHER.description,
        inputSchema: WEATHER.schema,
        run: tool.answer,
      }),
    ],
  });
  expect(textOf(await runner.runUntilDone())).toContain(TOOL_SAID);
  expect(tool.calls).toHaveLength(calls);
}

const messages: RealClient = {
  name: '@anthropic-ai/sdk (npm)',
  dialect: 'anthropic-messages',
  features: {
    async text(target) {
      const answer = await clientOf(target).messages.create(ask(target, PROMPTS.text));
      expect(textOf(answer)).toContain('ping');
      expect(answer.usage.output_tokens).toBeGreaterThan(0);
    },
    async streaming(target) {
      const answer = await clientOf(target)
        .messages.stream(ask(target, PROMPTS.text))
        .finalMessage();
      expect(textOf(answer)).toContain('ping');
      expect(answer.stop_reason).toBe('end_turn');
    },
    tools: (target) => runTools(target, PROMPTS.oneTool, 1),
    'parallel tools': (target) => runTools(target, PROMPTS.twoTools, 2),
    async 'structured output'(target) {
      const answer = await clientOf(target).messages.create({
        ...ask(target, PROMPTS.city),
        output_config: { format: { type: 'json_schema', schema: CITY } },
      });
      expectCity(JSON.parse(textOf(answer)));
    },
    async thinking(target) {
      const wish = { ...ask(target, PROMPTS.thought), max_tokens: 8_000 };
      const answer = await clientOf(target)
        .messages.stream({ ...wish, thinking: { type: 'enabled', budget_tokens: 2_000 } })
        .finalMessage();
      expect(answer.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
    },
    async vision(target) {
      const answer = await clientOf(target).messages.create({
        ...ask(target, ''),
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
              { type: 'text', text: PROMPTS.image },
            ],
          },
        ],
      });
      expect(textOf(answer)).toContain(SEEN);
    },
  },
  refusal: (target) => complaintOf(() => messages.features.text?.(target) ?? Promise.resolve()),
};

describeClients({ at: '' }, () => [messages]);
