import { splice } from '@fluxrouter/json-splice';
import { describe, expect, it } from 'vitest';
import type { RequestReading, RequestWishes } from '../dialect.ts';
import { readRequest } from './read-request.ts';
import { requestEdits } from './request-edits.ts';

const messages = '"messages":[{"role":"user","content":"x"}]';
const body = (members: string) => Buffer.from(`{"model":"m",${members}}`);

function read(members: string): RequestReading {
  const reading = readRequest(body(members), { maxDepth: 20 });
  if ('code' in reading) throw new Error(reading.message);
  return reading;
}

describe('a chat request', () => {
  it.each([
    ['"x":1', 'messages'],
    ['"messages":null', 'messages'],
    ['"messages":{}', 'messages'],
    ['"messages":[]', 'messages'],
    ['"messages":["x"]', 'messages[0]'],
    ['"messages":[{"content":"x"}]', 'messages[0].role'],
    [
      '"messages":[{"role":"user","content":"x"},{"role":"robot","content":"x"}]',
      'messages[1].role',
    ],
    ['"messages":[{"role":"user"}]', 'messages[0].content'],
    ['"messages":[{"role":"user","content":7}]', 'messages[0].content'],
    ['"messages":[{"role":"user","content":[{"text":"x"}]}]', 'messages[0].content[0].type'],
    ['"messages":[{"role":"user","content":["x"]}]', 'messages[0].content[0]'],
    ['"messages":[{"role":"tool","content":"x"}]', 'messages[0].tool_call_id'],
    ['"messages":[{"role":"assistant","tool_calls":[7]}]', 'messages[0].tool_calls[0]'],
    ['"messages":[{"role":"assistant","tool_calls":{}}]', 'messages[0].tool_calls'],
    [`${messages},"stream":"true"`, 'stream'],
    [`${messages},"temperature":3`, 'temperature'],
    [`${messages},"temperature":"hot"`, 'temperature'],
    [`${messages},"n":0`, 'n'],
    [`${messages},"n":1.5`, 'n'],
    [`${messages},"max_tokens":0`, 'max_tokens'],
    [`${messages},"max_completion_tokens":"9"`, 'max_completion_tokens'],
    [`${messages},"stop":[1]`, 'stop'],
    [`${messages},"tools":{}`, 'tools'],
    [`${messages},"tools":[{"function":{}}]`, 'tools[0].type'],
    [`${messages},"stream_options":true`, 'stream_options'],
    [`${messages},"stream_options":{"include_usage":1}`, 'stream_options.include_usage'],
    [`${messages},"response_format":"json"`, 'response_format'],
  ])('with %s is refused at %s', (members, param) => {
    const refusal = readRequest(body(members), { maxDepth: 20 });
    expect(refusal).toMatchObject({ status: 400, param });
    expect((refusal as { message: string }).message).toContain(`'${param}'`);
  });

  it.each([
    `${messages},"temperature":null,"stop":null,"tools":null,"n":null`,
    '"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},{"role":"tool","tool_call_id":"1","content":[{"type":"text","text":"x"}]}]',
    '"messages":[{"role":"assistant"},{"role":"developer","content":"x"},{"role":"function","name":"f","content":null}]',
    `${messages},"unknown":{"deep":[1]},"reasoning_effort":"xhigh","verbosity":"low"`,
    `${messages},"stop":"x","tool_choice":"auto","response_format":{"type":"json_object"}`,
  ])('with %s is accepted', (members) => {
    expect(read(members).model).toBe('m');
  });

  it('tells what holds and limits need', () => {
    expect(read(`${messages},"n":3,"max_tokens":50,"max_completion_tokens":40`)).toMatchObject({
      answers: 3,
      maxTokens: 40,
      stream: false,
      includeUsage: false,
    });
    const options = '"stream_options":{"include_usage":true}';
    expect(read(`${messages},"stream":true,${options}`).includeUsage).toBe(true);
    expect(read(`${messages},"stream":false,${options}`).includeUsage).toBe(false);
    expect(read(messages).maxTokens).toBeUndefined();
  });
});

describe('the splices of a chat request', () => {
  const edit = (members: string, wishes: Partial<RequestWishes>) => {
    const reading = read(members);
    return splice(reading.body, requestEdits(reading, { askUsage: false, ...wishes })).toString();
  };
  const whole = (members: string) => body(members).toString();

  it.each([
    ['"stream":true', '"stream":true,"stream_options":{"include_usage":true}'],
    [
      '"stream_options":null,"stream":true',
      '"stream_options":{"include_usage":true},"stream":true',
    ],
    [
      '"stream_options":{ },"stream":true',
      '"stream_options":{ "include_usage":true},"stream":true',
    ],
    [
      '"stream_options":{"include_obfuscation":false },"stream":true',
      '"stream_options":{"include_obfuscation":false ,"include_usage":true},"stream":true',
    ],
    [
      '"stream_options":{"include_usage":false},"stream":true',
      '"stream_options":{"include_usage":true},"stream":true',
    ],
    [
      '"stream_options":{"include_usage":null},"stream":true',
      '"stream_options":{"include_usage":true},"stream":true',
    ],
    [
      '"stream_options":{"include_usage":true},"stream":true',
      '"stream_options":{"include_usage":true},"stream":true',
    ],
    ['"stream":false', '"stream":false'],
  ])('ask for usage: %s', (members, expected) => {
    expect(edit(`${messages},${members}`, { askUsage: true })).toBe(
      whole(`${messages},${expected}`),
    );
  });

  it.each([
    ['"max_tokens": 500', '"max_tokens": 100'],
    ['"max_tokens":50', '"max_tokens":50'],
    [
      '"max_completion_tokens":500,"max_tokens":400',
      '"max_completion_tokens":100,"max_tokens":100',
    ],
    ['"max_completion_tokens":null', '"max_completion_tokens":100'],
    ['"x":1', '"x":1,"max_completion_tokens":100'],
  ])('lower the limit: %s', (members, expected) => {
    expect(edit(`${messages},${members}`, { maxTokens: 100 })).toBe(
      whole(`${messages},${expected}`),
    );
  });

  it('set the limit under the name that the provider knows', () => {
    expect(edit(messages, { maxTokens: 9, maxTokensField: 'max_tokens' })).toBe(
      whole(`${messages},"max_tokens":9`),
    );
  });

  it('come together', () => {
    const members = `"routor_tier":"NANO",${messages},"stream":true,"max_tokens":500`;
    expect(edit(members, { askUsage: true, maxTokens: 7 })).toBe(
      whole(`${messages},"stream":true,"max_tokens":7,"stream_options":{"include_usage":true}`),
    );
  });
});
