import type { DialectName } from '@fluxrouter/dialects';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The request that a dry run is about: its dialect and its body. A whole request of any dialect stays as it is;
 * Routor's own shape (`prompt`, `system_prompt`, `max_output_tokens`, `profile`) becomes a chat request. Without a
 * model it is about `flux-auto`.
 */
export interface DebugRequest {
  readonly dialect: DialectName;
  readonly body: JsonObject;
}

export function readDebugRequest(sent: JsonObject): DebugRequest {
  const dialect = dialectOf(sent);
  const body = dialect === 'openai-chat' ? asChatRequest(sent) : { ...sent };
  return { dialect, body: { ...body, model: body['model'] ?? 'flux-auto' } };
}

/** By the members that only one dialect has. */
function dialectOf(sent: JsonObject): DialectName {
  if (sent['input'] !== undefined || sent['instructions'] !== undefined) return 'openai-responses';
  if (sent['prompt'] !== undefined || sent['system_prompt'] !== undefined) return 'openai-chat';
  if (sent['system'] !== undefined || sent['thinking'] !== undefined) return 'anthropic-messages';
  const tools = Array.isArray(sent['tools']) ? sent['tools'] : [];
  if (tools.some((tool) => isObject(tool) && tool['input_schema'] !== undefined)) {
    return 'anthropic-messages';
  }
  const messages = Array.isArray(sent['messages']) ? sent['messages'] : [];
  return messages.some(hasAnthropicBlock) ? 'anthropic-messages' : 'openai-chat';
}

const ANTHROPIC_BLOCKS = ['tool_use', 'tool_result', 'thinking', 'image', 'document'];

function hasAnthropicBlock(message: unknown): boolean {
  const content = isObject(message) ? message['content'] : undefined;
  if (!Array.isArray(content)) return false;
  return content.some(
    (block) => isObject(block) && ANTHROPIC_BLOCKS.includes(String(block['type'])),
  );
}

function asChatRequest(sent: JsonObject): JsonObject {
  const { prompt, system_prompt, max_output_tokens, profile, ...rest } = sent;
  const messages = Array.isArray(sent['messages']) ? [...sent['messages']] : [];
  if (system_prompt !== undefined) messages.unshift({ role: 'system', content: system_prompt });
  if (prompt !== undefined) messages.push({ role: 'user', content: prompt });
  return {
    ...rest,
    ...(messages.length > 0 || sent['messages'] === undefined ? { messages } : {}),
    ...(max_output_tokens === undefined ? {} : { max_tokens: max_output_tokens }),
    ...(profile === undefined ? {} : { routor_profile: profile }),
  };
}

function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
