import { splice } from '@fluxrouter/json-splice';
import { describe, expect, it } from 'vitest';
import { readRequest } from './read-request.ts';
import { requestEdits } from './request-edits.ts';

const messages = '"messages":[{"role":"user","content":"x"}]';
const read = (members: string, countOnly = false) =>
  readRequest(Buffer.from(`{"model":"m",${members}}`), { maxDepth: 20, countOnly });

describe('a messages request', () => {
  it.each([
    [messages, 'max_tokens'],
    [`${messages},"max_tokens":null`, 'max_tokens'],
    [`${messages},"max_tokens":-1`, 'max_tokens'],
    [`${messages},"max_tokens":"9"`, 'max_tokens'],
    ['"max_tokens":9', 'messages'],
    ['"max_tokens":9,"messages":[]', 'messages'],
    ['"max_tokens":9,"messages":[{"role":"tool","content":"x"}]', 'messages[0].role'],
    ['"max_tokens":9,"messages":[{"role":"user"}]', 'messages[0].content'],
    [
      '"max_tokens":9,"messages":[{"role":"user","content":[{"text":"x"}]}]',
      'messages[0].content[0].type',
    ],
    [`${messages},"max_tokens":9,"system":7`, 'system'],
    [`${messages},"max_tokens":9,"system":[{"text":"x"}]`, 'system[0].type'],
    [`${messages},"max_tokens":9,"temperature":1.5`, 'temperature'],
    [`${messages},"max_tokens":9,"stop_sequences":"x"`, 'stop_sequences'],
    [`${messages},"max_tokens":9,"tools":["x"]`, 'tools[0]'],
    [`${messages},"max_tokens":9,"stream":1`, 'stream'],
    [`${messages},"max_tokens":9,"thinking":true`, 'thinking'],
    [`${messages},"max_tokens":9,"thinking":{}`, 'thinking.type'],
    [`${messages},"max_tokens":9,"thinking":{"type":"enabled"}`, 'thinking.budget_tokens'],
    [
      `${messages},"max_tokens":9,"thinking":{"type":"enabled","budget_tokens":1000}`,
      'thinking.budget_tokens',
    ],
    [
      `${messages},"max_tokens":2048,"thinking":{"type":"enabled","budget_tokens":2048}`,
      'max_tokens',
    ],
    [`${messages},"max_tokens":9,"thread":{"type":"create"}`, 'thread'],
  ])('with %s is refused at %s', (members, param) => {
    expect(read(members)).toMatchObject({ status: 400, param });
  });

  it('says that there are no threads in the words that the SDK looks for', () => {
    expect(read(`${messages},"max_tokens":9,"thread":{"type":"create"}`)).toMatchObject({
      code: 'thread_unsupported_request',
    });
  });

  it.each([
    `${messages},"max_tokens":0`,
    `${messages},"max_tokens":2049,"thinking":{"type":"enabled","budget_tokens":2048}`,
    `${messages},"max_tokens":9,"thinking":{"type":"adaptive"},"output_config":{"effort":"high"}`,
    `${messages},"max_tokens":9,"system":[{"type":"text","text":"x"}],"tools":[{"name":"f","input_schema":{}}]`,
    '"max_tokens":9,"messages":[{"role":"system","content":"x"},{"role":"user","content":[{"type":"text","text":"x"}]}]',
    `${messages},"max_tokens":9,"thread":null,"unknown":1`,
  ])('with %s is accepted', (members) => {
    expect(read(members)).toMatchObject({ model: 'm' });
  });

  it('that only counts tokens needs no limit', () => {
    expect(read(messages, true)).toMatchObject({ model: 'm', maxTokens: undefined });
    const thinking = '"thinking":{"type":"enabled","budget_tokens":4096}';
    expect(read(`${messages},${thinking}`, true)).toMatchObject({ thinkingBudget: 4096 });
  });

  it('has its limit lowered in place', () => {
    const reading = read(`"max_tokens" : 4096 ,${messages},"stream":true`);
    if ('code' in reading) throw new Error(reading.message);
    const edits = requestEdits(reading, { askUsage: true, maxTokens: 300 });
    expect(splice(reading.body, edits).toString()).toBe(
      `{"model":"m","max_tokens" : 300 ,${messages},"stream":true}`,
    );
  });
});
