import OpenAI from 'openai';
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
  new OpenAI({ apiKey: key, baseURL: `${baseUrl}/v1`, maxRetries: 0 });
const dataUrl = `data:image/png;base64,${PIXEL}`;

// Chat completions

const user = (content: string) => [{ role: 'user' as const, content }];

/** The tool runner, which calls the tools itself and goes on until there is text. */
async function runChatTools(target: Target, prompt: string, calls: number): Promise<void> {
  const tool = weatherTool();
  const runner = clientOf(target).chat.completions.runTools({
    model: target.model,
    messages: user(prompt),
    tools: [
      {
        type: 'function',
        function: {
          name: WEATHER.name,
          description: WEATHER.description,
          parameters: { ...WEATHER.schema, required: [...WEATHER.schema.required] },
          parse: JSON.parse,
          function: tool.answer,
        },
      },
    ],
  });
  expect(await runner.finalContent()).toContain(TOOL_SAID);
  expect(tool.calls).toHaveLength(calls);
}

const chat: RealClient = {
  name: 'openai (npm)',
  dialect: 'openai-chat',
  features: {
    async text(target) {
      const { choices, usage } = await clientOf(target).chat.completions.create({
        model: target.model,
        messages: user(PROMPTS.text),
      });
      expect(choices[0]?.message.content).toContain('ping');
      expect(usage?.completion_tokens).toBeGreaterThan(0);
    },
    async streaming(target) {
      const stream = clientOf(target).chat.completions.stream({
        model: target.model,
        messages: user(PROMPTS.text),
        stream_options: { include_usage: true },
      });
      const { choices, usage } = await stream.finalChatCompletion();
      expect(choices[0]?.message.content).toContain('ping');
      expect(choices[0]?.finish_reason).toBe('stop');
      expect(usage?.completion_tokens).toBeGreaterThan(0);
    },
    tools: (target) => runChatTools(target, PROMPTS.oneTool, 1),
    'parallel tools': (target) => runChatTools(target, PROMPTS.twoTools, 2),
    async 'structured output'(target) {
      const { choices } = await clientOf(target).chat.completions.parse({
        model: target.model,
        messages: user(PROMPTS.city),
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'city', strict: true, schema: CITY },
        },
      });
      expectCity(JSON.parse(choices[0]?.message.content ?? ''));
    },
    async thinking(target) {
      const { usage } = await clientOf(target).chat.completions.create({
        model: target.model,
        reasoning_effort: 'high',
        messages: user(PROMPTS.thought),
      });
      expect(usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0);
    },
    async vision(target) {
      const { choices } = await clientOf(target).chat.completions.create({
        model: target.model,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: PROMPTS.image },
              { type: 'image_url', image_url: { url: dataUrl } },
            ],
          },
        ],
      });
      expect(choices[0]?.message.content).toContain(SEEN);
    },
  },
  refusal: (target) => complaintOf(() => chat.features.text?.(target) ?? Promise.resolve()),
};

// Responses

/** The loop that its users write: the SDK has no runner for responses. */
async function runResponseTools(target: Target, prompt: string, calls: number): Promise<void> {
  const tool = weatherTool();
  const client = clientOf(target);
  const tools = [
    {
      type: 'function' as const,
      name: WEATHER.name,
      description: WEATHER.description,
      parameters: WEATHER.schema,
      strict: true,
    },
  ];
  const first = await client.responses
    .stream({ model: target.model, input: prompt, tools, store: false })
    .finalResponse();
  const results = first.output.flatMap((item) =>
    item.type === 'function_call'
      ? [
          {
            type: 'function_call_output' as const,
            call_id: item.call_id,
            output: tool.answer(JSON.parse(item.arguments)),
          },
        ]
      : [],
  );
  expect(tool.calls).toHaveLength(calls);
  const second = await client.responses.create({
    model: target.model,
    store: false,
    tools,
    input: [
      { role: 'user', content: prompt },
      ...first.output,
      ...results,
    ] as OpenAI.Responses.ResponseInput,
  });
  expect(second.output_text).toContain(TOOL_SAID);
}

const responses: RealClient = {
  name: 'openai (npm)',
  dialect: 'openai-responses',
  features: {
    async text(target) {
      const answer = await clientOf(target).responses.create({
        model: target.model,
        input: PROMPTS.text,
      });
      expect(answer.output_text).toContain('ping');
      expect(answer.usage?.output_tokens).toBeGreaterThan(0);
    },
    async streaming(target) {
      const stream = clientOf(target).responses.stream({
        model: target.model,
        input: PROMPTS.text,
      });
      const answer = await stream.finalResponse();
      expect(answer.output_text).toContain('ping');
      expect(answer.status).toBe('completed');
    },
    tools: (target) => runResponseTools(target, PROMPTS.oneTool, 1),
    'parallel tools': (target) => runResponseTools(target, PROMPTS.twoTools, 2),
    async 'structured output'(target) {
      const answer = await clientOf(target).responses.parse({
        model: target.model,
        input: PROMPTS.city,
        text: { format: { type: 'json_schema', name: 'city', strict: true, schema: CITY } },
      });
      expectCity(JSON.parse(answer.output_text));
    },
    async thinking(target) {
      const answer = await clientOf(target).responses.create({
        model: target.model,
        reasoning: { effort: 'high', summary: 'auto' },
        input: PROMPTS.thought,
      });
      expect(answer.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
      expect(answer.usage?.output_tokens_details.reasoning_tokens).toBeGreaterThan(0);
    },
    async vision(target) {
      const answer = await clientOf(target).responses.create({
        model: target.model,
        input: [
          {
            role: 'user',
            content: [
              { type: 'input_text', text: PROMPTS.image },
              { type: 'input_image', image_url: dataUrl, detail: 'auto' },
            ],
          },
        ],
      });
      expect(answer.output_text).toContain(SEEN);
    },
  },
  refusal: (target) => complaintOf(() => responses.features.text?.(target) ?? Promise.resolve()),
};

describeClients({ at: '' }, () => [chat, responses]);
