import { expect } from 'vitest';
import {
  CITY,
  directed,
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

/** LangChain's chat models for OpenAI (both of its APIs) and Anthropic. */
function makeClients(at: string): readonly RealClient[] {
  async function open(dialect: ClientDialect, { baseUrl, key, model }: Target, more: object = {}) {
    if (dialect === 'anthropic-messages') {
      const { ChatAnthropic } = await load(at, '@langchain/anthropic');
      const where = { apiKey: key, anthropicApiUrl: `${baseUrl}/anthropic` };
      return new ChatAnthropic({ ...where, model, maxTokens: 8_000, maxRetries: 0, ...more });
    }
    const { ChatOpenAI } = await load(at, '@langchain/openai');
    return new ChatOpenAI({
      apiKey: key,
      configuration: { baseURL: `${baseUrl}/v1` },
      model,
      maxRetries: 0,
      useResponsesApi: dialect === 'openai-responses',
      ...more,
    });
  }

  const makeClient = (dialect: ClientDialect): RealClient => {
    /** The loop that an agent of LangChain makes. */
    async function runTools(target: Target, prompt: string, calls: number): Promise<void> {
      const { HumanMessage, ToolMessage } = await load(at, '@langchain/core/messages');
      const { tool: makeTool } = await load(at, '@langchain/core/tools');
      const tool = weatherTool();
      const made = makeTool(tool.answer, {
        name: WEATHER.name,
        description: WEATHER.description,
        schema: WEATHER.schema,
      });
      const model = (await open(dialect, target)).bindTools([made]);
      const turns = [new HumanMessage(prompt)];
      const called = await model.invoke(turns);
      const results = [];
      for (const call of called.tool_calls) {
        results.push(
          new ToolMessage({ tool_call_id: call.id, content: await made.invoke(call.args) }),
        );
      }
      expect(tool.calls).toHaveLength(calls);
      const { text } = await model.invoke([...turns, called, ...results]);
      expect(text).toContain(TOOL_SAID);
    }

    return {
      name: 'LangChain',
      dialect,
      features: {
        async text(target) {
          const { text, usage_metadata: usage } = await (await open(dialect, target)).invoke(
            PROMPTS.text,
          );
          expect(text).toContain('ping');
          expect(usage.output_tokens).toBeGreaterThan(0);
        },
        async streaming(target) {
          let text = '';
          for await (const piece of await (await open(dialect, target)).stream(PROMPTS.text)) {
            text += piece.text;
          }
          expect(text).toContain('ping');
        },
        tools: (target) => runTools(target, PROMPTS.oneTool, 1),
        'parallel tools': (target) => runTools(target, PROMPTS.twoTools, 2),
        async 'structured output'(target) {
          const model = await open(dialect, target);
          const wish = { title: 'city', description: 'A city.', ...CITY };
          expectCity(await model.withStructuredOutput(wish, { name: 'city' }).invoke(PROMPTS.city));
        },
        async thinking(target) {
          const wish = {
            // What gets `reasoning` goes to the responses API, whatever else is said.
            'openai-chat': { modelKwargs: { reasoning_effort: 'high' } },
            'openai-responses': { reasoning: { effort: 'high', summary: 'auto' } },
            'anthropic-messages': { thinking: { type: 'adaptive' } },
          }[dialect];
          // It leaves the wish out for models that it does not know to reason: the prompt asks, too.
          const prompt = directed({ thinking: true }, PROMPTS.thought);
          const answer = await (await open(dialect, target, wish)).invoke(prompt);
          if (dialect === 'openai-chat') {
            expect(answer.usage_metadata.output_token_details.reasoning).toBeGreaterThan(0);
          } else {
            const kinds = answer.contentBlocks.map(({ type }: { type: string }) => type);
            expect(kinds).toEqual(['reasoning', 'text']);
          }
        },
        async vision(target) {
          const { HumanMessage } = await load(at, '@langchain/core/messages');
          const url = `data:image/png;base64,${PIXEL}`;
          const picture = { type: 'image_url', image_url: { url } };
          const { text } = await (await open(dialect, target)).invoke([
            new HumanMessage({ content: [{ type: 'text', text: PROMPTS.image }, picture] }),
          ]);
          expect(text).toContain(SEEN);
        },
      },
      refusal: (target) =>
        complaintOf(async () => (await open(dialect, target)).invoke(PROMPTS.text)),
    };
  };
  return (['openai-chat', 'openai-responses', 'anthropic-messages'] as const).map(makeClient);
}

describeClients(installNpm('langchain'), makeClients);
