import { splice } from '@fluxrouter/json-splice';
import { describe, expect, it } from 'vitest';
import { readRequest } from './read-request.ts';
import { requestEdits } from './request-edits.ts';
import { encodeUsage, readUsage } from './usage.ts';

const read = (members: string) =>
  readRequest(Buffer.from(`{"model":"m",${members}}`), { maxDepth: 20 });

describe('a responses request', () => {
  it.each([
    ['"x":1', 'input'],
    ['"input":7', 'input'],
    ['"input":["x"]', 'input[0]'],
    ['"input":[{"content":"x"}]', 'input[0].role'],
    ['"input":[{"role":"tool","content":"x"}]', 'input[0].role'],
    ['"input":[{"role":"user"}]', 'input[0].content'],
    [
      '"input":[{"type":"message","role":"user","content":[{"text":"x"}]}]',
      'input[0].content[0].type',
    ],
    ['"input":[{"type":7}]', 'input[0].type'],
    ['"input":"x","max_output_tokens":0', 'max_output_tokens'],
    ['"input":"x","tools":[{}]', 'tools[0].type'],
    ['"input":"x","stream":"yes"', 'stream'],
    ['"input":"x","text":"json"', 'text'],
    ['"input":"x","previous_response_id":7', 'previous_response_id'],
  ])('with %s is refused at %s', (members, param) => {
    expect(read(members)).toMatchObject({ status: 400, param });
  });

  it.each([
    '"input":"x"',
    '"input":[]',
    '"previous_response_id":"resp_1"',
    '"prompt":{"id":"pmpt_1"}',
    '"input":[{"role":"user","content":"x"},{"type":"function_call_output","call_id":"c","output":"y"},{"id":"msg_1"},{"type":"reasoning","id":"rs_1","summary":[]}]',
    '"input":"x","tools":null,"reasoning":{"effort":"high"},"new_field":true',
  ])('with %s is accepted', (members) => {
    expect(read(members)).toMatchObject({ model: 'm', includeUsage: true, answers: 1 });
  });

  it('has its limit set or lowered', () => {
    const edit = (members: string) => {
      const reading = read(members);
      if ('code' in reading) throw new Error(reading.message);
      return splice(
        reading.body,
        requestEdits(reading, { askUsage: true, maxTokens: 20 }),
      ).toString();
    };
    expect(edit('"input":"x","stream":true')).toBe(
      '{"model":"m","input":"x","stream":true,"max_output_tokens":20}',
    );
    expect(edit('"max_output_tokens":99,"input":"x"')).toBe(
      '{"model":"m","max_output_tokens":20,"input":"x"}',
    );
  });
});

it('counts what was read from and written to the cache out of the input', () => {
  expect(
    readUsage({
      input_tokens: 100,
      input_tokens_details: {
        cached_tokens: 50,
        cache_write_tokens: 30,
        cache_write_tokens_details: { ttl_30m_tokens: 10, ttl_12h_tokens: 20 },
      },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 109,
    }),
  ).toEqual({
    input: 20,
    cacheRead: 50,
    cacheWrite5m: 10,
    cacheWrite1h: 20,
    output: 9,
    reasoning: 0,
  });
  expect(readUsage({ input_tokens: 7, output_tokens: 1 })).toEqual({ input: 7, output: 1 });
});

it('tells of the cache in every response: OpenAI’s types have both members always', () => {
  expect(encodeUsage({ input: 3, output: 1 })).toMatchObject({
    input_tokens: 3,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  });
});
