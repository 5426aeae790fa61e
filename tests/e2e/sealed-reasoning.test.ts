import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed, WEATHER_SCHEMA } from './support/ask.ts';
import { messages, responses } from './support/dialects.ts';
import { type Answer, send } from './support/http-client.ts';
import { type Customer, firstCustomer, makeCustomer } from './support/operators.ts';
import { type RecordJson, recordOf } from './support/records.ts';
import { framesOf } from './support/sse.ts';

let system: RunningSystem;
let first: Customer;
beforeAll(async () => {
  system = await startSystem({
    env: { FIRST_REQUEST: 'off', BREAKERS: 'off', CHAIN_BY_HEALTH: 'off', ATTEMPT_RETRIES: '0' },
  });
  first = firstCustomer(system);
});
afterAll(() => system?.stop());

const recordFor = (customer: Customer, { headers }: Answer): Promise<RecordJson> =>
  recordOf(customer, headers.get('x-flux-request-id') ?? '');

/** Its first model fails once, and only the first time: without more, it would be chosen again. */
const failsOnce = (key: string, model: string) =>
  directed({ tool: 'get_weather', failTimes: 1, failKey: key, failModels: [model], status: 500 });

describe('a tool turn whose reasoning is sealed', () => {
  for (const stream of [false, true]) {
    it(`of messages stays with the model that sealed it (${stream ? 'streamed' : 'whole'})`, async () => {
      const user = { role: 'user', content: failsOnce(`messages-${stream}`, 'claude-haiku-5-5') };
      const ask = {
        model: 'flux-fast',
        max_tokens: 4_000,
        thinking: { type: 'enabled', budget_tokens: 1_024 },
        tools: [{ name: 'get_weather', input_schema: WEATHER_SCHEMA }],
      };
      const called = await send(first, messages.path, {
        body: { ...ask, stream, messages: [user] },
      });
      const before = await recordFor(first, called);
      expect(before).toMatchObject({ model: 'claude-haiku-4.5', routedModel: 'claude-haiku-5.5' });
      const content = stream ? contentOf(called) : called.json.content;
      const call = content.find(({ type }: { type: string }) => type === 'tool_use');
      const result = { type: 'tool_result', tool_use_id: call.id, content: 'sunny' };
      const turns = [user, { role: 'assistant', content }, { role: 'user', content: [result] }];
      const goOn = (more: object[] = []) =>
        send(first, messages.path, { body: { ...ask, messages: [...turns, ...more] } });
      const after = await goOn();
      expect(await recordFor(first, after)).toMatchObject({
        model: 'claude-haiku-4.5',
        routedModel: 'claude-haiku-4.5',
        outcome: 'completed',
      });
      // The turn is over when the user speaks again.
      const later = await goOn([
        { role: 'assistant', content: after.json.content },
        { role: 'user', content: 'And tomorrow?' },
      ]);
      expect((await recordFor(first, later))['model']).toBe('claude-haiku-5.5');
    });
  }

  it('of responses stays with the model that sealed it, over a restart, for its own account', async () => {
    const user = { role: 'user', content: failsOnce('responses', 'gpt-6-luna') };
    const ask = {
      model: 'flux-fast',
      store: false,
      include: ['reasoning.encrypted_content'],
      reasoning: { effort: 'low', summary: 'auto' },
      tools: [{ type: 'function', name: 'get_weather', parameters: WEATHER_SCHEMA, strict: true }],
    };
    const called = await send(first, responses.path, { body: { ...ask, input: [user] } });
    const before = await recordFor(first, called);
    expect(before).toMatchObject({ routedModel: 'gpt-6-luna', model: 'gpt-5.4-mini' });
    const { output } = called.json;
    const call = output.find(({ type }: { type: string }) => type === 'function_call');
    const result = { type: 'function_call_output', call_id: call.call_id, output: 'sunny' };
    const body = { ...ask, input: [user, ...output, result] };
    await system.restartOf('gateway', system.kill('gateway'));
    const after = await send(first, responses.path, { body });
    expect((await recordFor(first, after))['model']).toBe('gpt-5.4-mini');
    // Who did not get it is told nothing of who sealed it: only the dialect's provider is sure.
    const other = await makeCustomer(system, 'other');
    const foreign = await send(other, responses.path, { body });
    expect((await recordFor(other, foreign))['model']).toBe('gpt-6-luna');
  });
});

// biome-ignore lint/suspicious/noExplicitAny: blocks as a client gathers them
function contentOf(answer: Answer): any {
  // biome-ignore lint/suspicious/noExplicitAny: blocks as a client gathers them
  const blocks: any[] = [];
  for (const { data } of framesOf(answer.text)) {
    const event = JSON.parse(data);
    if (event.type === 'content_block_start') blocks[event.index] = { ...event.content_block };
    if (event.type !== 'content_block_delta') continue;
    const block = blocks[event.index];
    const { thinking = '', signature = '', text = '', partial_json = '' } = event.delta;
    if (block.type === 'thinking') {
      block.thinking += thinking;
      block.signature += signature;
    } else if (block.type === 'text') block.text += text;
    else block.json = (block.json ?? '') + partial_json;
  }
  return blocks.map(({ json, ...block }) =>
    block.type === 'tool_use' ? { ...block, input: JSON.parse(json || '{}') } : block,
  );
}
