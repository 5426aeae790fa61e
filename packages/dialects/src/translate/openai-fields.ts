import type { Conversation, JsonObject, Notes } from '@fluxrouter/conversation';

/** Fields that both of OpenAI's dialects have under the same name. */
export const sharedNatives = [
  'metadata',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
] as const;

const openAi = ['openai-chat', 'openai-responses'];

/** What goes along from one of OpenAI's dialects to the other. */
export function openAiNatives({ native }: Conversation, target: string): JsonObject {
  const fields: Record<string, unknown> = {};
  for (const dialect of openAi) {
    const kept = dialect === target ? undefined : native?.[dialect];
    if (kept === undefined) continue;
    for (const name of sharedNatives) if (kept[name] !== undefined) fields[name] = kept[name];
  }
  return fields;
}

/** OpenAI takes no longer names than this: https://platform.openai.com/docs/api-reference/chat/create */
const END_USER_CHARACTERS_MAX = 64;

export function noteEndUser(
  { endUser }: Conversation,
  home: boolean,
  notes: Notes,
): string | undefined {
  if (home || endUser === undefined || endUser.length <= END_USER_CHARACTERS_MAX) return endUser;
  notes.dropped('end_user', 'endUser');
  return undefined;
}

/** A default that is said is no wish: models that reason refuse the fields, whatever they hold. */
export function samplingOf({ temperature, topP }: Conversation, home: boolean): JsonObject {
  return {
    temperature: home || temperature !== 1 ? temperature : undefined,
    top_p: home || topP !== 1 ? topP : undefined,
  };
}

/** Files by their bytes need a name here. */
export const FILE_NAME = 'document.pdf';
