import { describe, expect, it } from 'vitest';
import { dialects } from './index.ts';

const features = (name: keyof typeof dialects) => (json: string) =>
  dialects[name]
    .unpricedFeatures(JSON.parse(json) as Record<string, unknown>)
    .map((feature) => `${feature.name} ${feature.param}`);

describe('what has no price, in chat', () => {
  const of = features('openai-chat');

  it.each([
    ['{"web_search_options":{}}', 'web_search web_search_options'],
    ['{"search_parameters":{"mode":"on"}}', 'web_search search_parameters'],
    ['{"enable_search":true}', 'web_search enable_search'],
    ['{"service_tier":"priority"}', 'service_tier service_tier'],
    ['{"service_tier":"flex"}', 'service_tier service_tier'],
    ['{"modalities":["text","audio"]}', 'audio_output modalities'],
    ['{"audio":{"voice":"alloy"}}', 'audio_output audio'],
    ['{"tools":[{"type":"function"},{"type":"web_search"}]}', 'web_search tools[1].type'],
    ['{"tools":[{"type":"builtin_function"}]}', 'hosted_tool tools[0].type'],
    ['{"tools":[{"type":"constructor"}]}', 'hosted_tool tools[0].type'],
    ['{"messages":[{"content":[{"type":"input_audio"}]}]}', 'audio_input messages[0].content[0]'],
  ])('%s', (json, found) => {
    expect(of(json)).toEqual([found]);
  });

  it.each([
    '{"service_tier":"auto","modalities":["text"],"tools":[{"type":"function"},{"type":"custom"}],"audio":null}',
    '{"service_tier":null,"enable_search":false,"n":2,"tools":null}',
  ])('not %s', (json) => {
    expect(of(json)).toEqual([]);
  });
});

describe('what has no price, in responses', () => {
  const of = features('openai-responses');

  it.each([
    ['web_search', 'web_search'],
    ['web_search_preview_2025_03_11', 'web_search'],
    ['file_search', 'file_search'],
    ['code_interpreter', 'code_interpreter'],
    ['programmatic_tool_calling', 'code_interpreter'],
    ['image_generation', 'image_generation'],
    ['mcp', 'mcp'],
    ['shell', 'hosted_shell'],
    ['tool_search', 'tool_search'],
    ['a_tool_of_tomorrow', 'hosted_tool'],
  ])('the tool %s', (type, name) => {
    expect(of(`{"tools":[{"type":"${type}"}]}`)).toEqual([`${name} tools[0].type`]);
  });

  it.each([
    ['{"background":true}', 'background background'],
    ['{"service_tier":"ultrafast"}', 'service_tier service_tier'],
    ['{"context_management":[{"type":"compaction"}]}', 'compaction context_management'],
    [
      '{"input":[{"type":"additional_tools","role":"developer","tools":[{"type":"web_search"}]}]}',
      'web_search input[0].tools[0].type',
    ],
    ['{"tools":[{"type":"namespace","tools":[{"type":"mcp"}]}]}', 'mcp tools[0].tools[0].type'],
    [
      '{"tools":[{"type":"shell","environment":{"type":"container_auto"}}]}',
      'hosted_shell tools[0].type',
    ],
  ])('%s', (json, found) => {
    expect(of(json)).toEqual([found]);
  });

  it.each([
    '{"tools":[{"type":"function"},{"type":"custom"},{"type":"local_shell"},{"type":"apply_patch"},{"type":"computer_use_preview"}]}',
    '{"tools":[{"type":"shell","environment":{"type":"local"}},{"type":"tool_search","execution":"client"}]}',
    '{"background":false,"service_tier":"default","input":"x"}',
  ])('not %s', (json) => {
    expect(of(json)).toEqual([]);
  });
});

describe('what has no price, in messages', () => {
  const of = features('anthropic-messages');

  it.each([
    ['web_search_20250305', 'web_search'],
    ['web_fetch_20260309', 'web_fetch'],
    ['code_execution_20260521', 'code_execution'],
    ['tool_search_tool_bm25_20251119', 'tool_search'],
    ['mcp_toolset', 'mcp'],
    ['advisor_20260301', 'advisor'],
    ['a_tool_of_tomorrow', 'hosted_tool'],
  ])('the tool %s', (type, name) => {
    expect(of(`{"tools":[{"name":"x","type":"${type}"}]}`)).toEqual([`${name} tools[0].type`]);
  });

  it.each([
    ['{"service_tier":"priority"}', 'service_tier service_tier'],
    ['{"speed":"fast"}', 'speed speed'],
    ['{"inference_geo":"us"}', 'inference_geo inference_geo'],
    ['{"mcp_servers":[{"url":"x"}]}', 'mcp mcp_servers'],
    ['{"container":{"skills":[{"skill_id":"pdf"}]}}', 'code_execution container.skills'],
    ['{"fallbacks":"default"}', 'fallbacks fallbacks'],
    ['{"compaction":{"type":"summarize"}}', 'compaction compaction'],
    [
      '{"context_management":{"edits":[{"type":"clear_tool_uses_20250919"},{"type":"compact_20260112"}]}}',
      'compaction context_management.edits[1].type',
    ],
    [
      '{"messages":[{"content":[{"type":"tool_addition","tool":{"type":"tool_definition","definition":{"type":"web_search_20260318"}}}]}]}',
      'web_search messages[0].content[0].tool.definition.type',
    ],
    [
      '{"messages":[{"content":[{"type":"tool_addition","tool":{"type":"mcp_toolset_reference","server_name":"x"}}]}]}',
      'mcp messages[0].content[0].tool.type',
    ],
  ])('%s', (json, found) => {
    expect(of(json)).toEqual([found]);
  });

  it.each([
    '{"tools":[{"name":"x"},{"type":"custom"},{"type":null},{"type":"bash_20250124"},{"type":"text_editor_20250728"},{"type":"computer_20251124"},{"type":"memory_20250818"},{"type":"computer_toolset_20260801"}]}',
    '{"service_tier":"standard_only","speed":"standard","inference_geo":null,"mcp_servers":[]}',
    '{"context_management":{"edits":[{"type":"clear_thinking_20251015"}]}}',
  ])('not %s', (json) => {
    expect(of(json)).toEqual([]);
  });
});
