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
import { installNpm, load } from './support/install.ts';
import type { ClientDialect } from './support/pairs.ts';

/** The Vercel AI SDK by each of its providers: chat, responses and messages through one surface. */
function makeClients(at: string): readonly RealClient[] {
  const names = ['ai', '@ai-sdk/openai', '@ai-sdk/anthropic'] as const;
  const modules = () => Promise.all(names.map((name) => load(at, name)));

  async function open(dialect: ClientDialect, { baseUrl, key, model }: Target) {
    const [ai, { createOpenAI }, { createAnthropic }] = await modules();
    const openai = createOpenAI({ apiKey: key, baseURL: `${baseUrl}/v1` });
    const anthropic = createAnthropic({ apiKey: key, baseURL: `${baseUrl}/anthropic/v1` });
    const languageModel = {
      'openai-chat': () => openai.chat(model),
      'openai-responses': () => openai.responses(model),
      'anthropic-messages': () => anthropic(model),
    }[dialect]();
    return { ai, base: { model: languageModel, maxRetries: 0 } };
  }

  const makeClient = (dialect: ClientDialect): RealClient => {
    async function runTools(target: Target, prompt: string, calls: number): Promise<void> {
      const { ai, base } = await open(dialect, target);
      const tool = weatherTool();
      const { text } = await ai.generateText({
        ...base,
        prompt,
        stopWhen: ai.stepCountIs(3),
        tools: {
          [WEATHER.name]: ai.tool({
            description: WEATHER.description,
            inputSchema: ai.jsonSchema(WEATHER.schema),
            execute: tool.answer,
          }),
        },
      });
      expect(text).toContain(TOOL_SAID);
      expect(tool.calls).toHaveLength(calls);
    }

    const generate = async (target: Target, wish: object) => {
      const { ai, base } = await open(dialect, target);
      return ai.generateText({ ...base, ...wish });
    };

    return {
      name: 'Vercel AI SDK',
      dialect,
      features: {
        async text(target) {
          const { text, usage } = await generate(target, { prompt: PROMPTS.text });
          expect(text).toContain('ping');
          expect(usage.outputTokens).toBeGreaterThan(0);
        },
        async streaming(target) {
          const { ai, base } = await open(dialect, target);
          const { textStream, finishReason } = ai.streamText({ ...base, prompt: PROMPTS.text });
          let text = '';
          for await (const piece of textStream) text += piece;
          expect(text).toContain('ping');
          expect(await finishReason).toBe('stop');
        },
        tools: (target) => runTools(target, PROMPTS.oneTool, 1),
        'parallel tools': (target) => runTools(target, PROMPTS.twoTools, 2),
        async 'structured output'(target) {
          const { ai, base } = await open(dialect, target);
          const { output } = await ai.generateText({
            ...base,
            prompt: PROMPTS.city,
            output: ai.Output.object({ schema: ai.jsonSchema(CITY) }),
          });
          expectCity(output);
        },
        async thinking(target) {
          const { reasoningText, usage } = await generate(target, {
            prompt: PROMPTS.thought,
            providerOptions: {
              openai: { reasoningEffort: 'high', reasoningSummary: 'auto', forceReasoning: true },
              anthropic: { thinking: { type: 'enabled', budgetTokens: 2_000 } },
            },
          });
          // OpenAI's chat completions tell that there was reasoning by its tokens only.
          if (dialect === 'openai-chat') {
            expect(usage.outputTokenDetails.reasoningTokens).toBeGreaterThan(0);
          } else expect(reasoningText).toContain('The sandbox thinks');
        },
        async vision(target) {
          const { text } = await generate(target, {
            messages: [
              {
                role: 'user',
                content: [
                  { type: 'text', text: PROMPTS.image },
                  { type: 'file', mediaType: 'image/png', data: Buffer.from(PIXEL, 'base64') },
                ],
              },
            ],
          });
          expect(text).toContain(SEEN);
        },
      },
      refusal: (target) => complaintOf(() => generate(target, { prompt: PROMPTS.text })),
    };
  };
  return (['openai-chat', 'openai-responses', 'anthropic-messages'] as const).map(makeClient);
}

describeClients(installNpm('ai-sdk'), makeClients);
