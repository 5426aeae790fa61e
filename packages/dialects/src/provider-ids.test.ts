import { describe, expect, it } from 'vitest';
import { dialects } from './index.ts';

const ids = (name: keyof typeof dialects) => (json: string) =>
  dialects[name]
    .providerIds(JSON.parse(json) as Record<string, unknown>)
    .map(({ kind, id, param }) => `${kind} ${id} ${param}`);

describe('ids of things kept at a provider, in chat', () => {
  const of = ids('openai-chat');

  it.each([
    [
      '{"messages":[{"content":[{"type":"file","file":{"file_id":"file-1"}}]}]}',
      'file file-1 messages[0].content[0].file.file_id',
    ],
    [
      '{"messages":[{"content":[{"type":"file","file_id":"f1"}]}]}',
      'file f1 messages[0].content[0].file_id',
    ],
    [
      '{"messages":[{"role":"assistant","audio":{"id":"audio_1"}}]}',
      'audio audio_1 messages[0].audio.id',
    ],
    [
      '{"messages":[{"content":[{"type":"image_url","image_url":{"url":"ms://f1"}}]}]}',
      'file ms://f1 messages[0].content[0].image_url.url',
    ],
    [
      '{"messages":[{"content":[{"type":"video_url","video_url":"gs://b/o"}]}]}',
      'file gs://b/o messages[0].content[0].video_url',
    ],
    [
      '{"messages":[{"content":[{"type":"image_url","image_url":{"url":"https://generativelanguage.googleapis.com/v1beta/files/abc"}}]}]}',
      'file https://generativelanguage.googleapis.com/v1beta/files/abc messages[0].content[0].image_url.url',
    ],
    [
      '{"messages":[{"role":"system","content":"fileid://file-fe-1"}]}',
      'file fileid://file-fe-1 messages[0].content',
    ],
    [
      '{"prompt_cache_options":{"comparison_response_id":"resp_1"}}',
      'response resp_1 prompt_cache_options.comparison_response_id',
    ],
  ])('%s', (json, found) => {
    expect(of(json)).toEqual([found]);
  });

  it('not what is on the web, or in the words', () => {
    expect(
      of(
        '{"messages":[{"content":"file_id: file-1"},{"content":[{"type":"text","text":"ms is"},{"type":"image_url","image_url":{"url":"https://example.com/files/x.png"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}}]},{"tool_calls":[{"function":{"arguments":"{\\"file_id\\":\\"x\\"}"}}]}]}',
      ),
    ).toEqual([]);
  });
});

describe('ids of things kept at a provider, in responses', () => {
  const of = ids('openai-responses');

  it.each([
    ['{"previous_response_id":"resp_1"}', 'response resp_1 previous_response_id'],
    ['{"conversation":"conv_1"}', 'conversation conv_1 conversation'],
    ['{"conversation":{"id":"conv_1"}}', 'conversation conv_1 conversation.id'],
    ['{"prompt":{"id":"pmpt_1","variables":{"x":"y"}}}', 'prompt pmpt_1 prompt.id'],
    [
      '{"prompt":{"variables":{"pic":{"type":"input_image","file_id":"file-1"}}}}',
      'file file-1 prompt.variables.pic.file_id',
    ],
    ['{"input":[{"type":"item_reference","id":"msg_1"}]}', 'item msg_1 input[0].id'],
    ['{"input":[{"id":"msg_1"}]}', 'item msg_1 input[0].id'],
    ['{"input":[{"type":null,"id":"msg_1"}]}', 'item msg_1 input[0].id'],
    ['{"input":[{"type":"reasoning","id":"rs_1","summary":[]}]}', 'item rs_1 input[0].id'],
    ['{"input":[{"type":"image_generation_call","id":"ig_1"}]}', 'item ig_1 input[0].id'],
    [
      '{"input":[{"type":"mcp_approval_response","approval_request_id":"mcpr_1","approve":true}]}',
      'item mcpr_1 input[0].approval_request_id',
    ],
    [
      '{"input":[{"role":"user","content":[{"type":"input_file","file_id":"file-1"}]}]}',
      'file file-1 input[0].content[0].file_id',
    ],
    [
      '{"input":[{"role":"user","content":[{"type":"input_image","file_id":"file-1"}]}]}',
      'file file-1 input[0].content[0].file_id',
    ],
    [
      '{"input":[{"type":"function_call_output","output":[{"type":"input_image","file_id":"file-1"}]}]}',
      'file file-1 input[0].output[0].file_id',
    ],
    [
      '{"input":[{"type":"computer_call_output","output":{"type":"computer_screenshot","file_id":"file-1"}}]}',
      'file file-1 input[0].output.file_id',
    ],
    [
      '{"input":[{"type":"code_interpreter_call","container_id":"cntr_1"}]}',
      'container cntr_1 input[0].container_id',
    ],
    [
      '{"input":[{"type":"shell_call","environment":{"type":"container_reference","container_id":"cntr_1"}}]}',
      'container cntr_1 input[0].environment.container_id',
    ],
    [
      '{"tools":[{"type":"file_search","vector_store_ids":["vs_1"]}]}',
      'vector_store vs_1 tools[0].vector_store_ids[0]',
    ],
    [
      '{"tools":[{"type":"code_interpreter","container":"cntr_1"}]}',
      'container cntr_1 tools[0].container',
    ],
    [
      '{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["file-1"]}}]}',
      'file file-1 tools[0].container.file_ids[0]',
    ],
    [
      '{"tools":[{"type":"shell","environment":{"type":"container_auto","skills":[{"type":"skill_reference","skill_id":"skill_1"}]}}]}',
      'skill skill_1 tools[0].environment.skills[0].skill_id',
    ],
    [
      '{"tools":[{"type":"image_generation","input_image_mask":{"file_id":"file-1"}}]}',
      'file file-1 tools[0].input_image_mask.file_id',
    ],
    ['{"tools":[{"type":"mcp","tunnel_id":"tun_1"}]}', 'tunnel tun_1 tools[0].tunnel_id'],
  ])('%s', (json, found) => {
    expect(of(json)).toEqual([found]);
  });

  it('not items that say all they hold', () => {
    expect(
      of(
        '{"input":[{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"x"}]},{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"},{"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{\\"file_id\\":\\"x\\"}"},{"role":"user","content":"x"}],"conversation":null,"previous_response_id":null}',
      ),
    ).toEqual([]);
  });
});

describe('ids of things kept at a provider, in messages', () => {
  const of = ids('anthropic-messages');

  it.each([
    ['{"container":"container_1"}', 'container container_1 container'],
    ['{"container":{"id":"container_1"}}', 'container container_1 container.id'],
    [
      '{"container":{"skills":[{"type":"custom","skill_id":"skill_1"},{"type":"anthropic","skill_id":"pdf"}]}}',
      'skill skill_1 container.skills[0].skill_id',
    ],
    [
      '{"messages":[{"content":[{"type":"document","source":{"type":"file","file_id":"file_1"}}]}]}',
      'file file_1 messages[0].content[0].source.file_id',
    ],
    [
      '{"messages":[{"content":[{"type":"container_upload","file_id":"file_1"}]}]}',
      'file file_1 messages[0].content[0].file_id',
    ],
    [
      '{"messages":[{"content":[{"type":"tool_result","content":[{"type":"image","source":{"type":"file","file_id":"file_1"}}]}]}]}',
      'file file_1 messages[0].content[0].content[0].source.file_id',
    ],
    [
      '{"messages":[{"content":[{"type":"document","source":{"type":"content","content":[{"type":"image","source":{"file_id":"file_1"}}]}}]}]}',
      'file file_1 messages[0].content[0].source.content[0].source.file_id',
    ],
    [
      '{"system":[{"type":"document","source":{"type":"file","file_id":"file_1"}}]}',
      'file file_1 system[0].source.file_id',
    ],
    [
      '{"diagnostics":{"previous_message_id":"msg_1"}}',
      'message msg_1 diagnostics.previous_message_id',
    ],
    ['{"user_profile_id":"uprof_1"}', 'profile uprof_1 user_profile_id'],
  ])('%s', (json, found) => {
    expect(of(json)).toEqual([found]);
  });

  it('not what a tool of the client is called with', () => {
    expect(
      of(
        '{"messages":[{"content":[{"type":"tool_use","id":"toolu_1","input":{"file_id":"x","source":{"file_id":"y"}}}]},{"content":"file_id"}],"container":null}',
      ),
    ).toEqual([]);
  });
});
