import type { ProviderId } from '../dialect.ts';
import { fileOfAddress, idOf, idsOf } from '../provider-files.ts';
import { asRecord } from '../usage.ts';

/** Ids of things kept at a provider: responses, conversations, their items, files, containers. */
export function providerIds(parsed: Record<string, unknown>): ProviderId[] {
  const found: ProviderId[] = idOf(
    parsed['previous_response_id'],
    'response',
    'previous_response_id',
  );
  const { conversation, input } = parsed;
  found.push(...idOf(conversation, 'conversation', 'conversation'));
  found.push(...idOf(asRecord(conversation)?.['id'], 'conversation', 'conversation.id'));
  const prompt = asRecord(parsed['prompt']);
  if (prompt !== undefined) {
    found.push(...idOf(prompt['id'], 'prompt', 'prompt.id'));
    for (const [name, value] of Object.entries(asRecord(prompt['variables']) ?? {})) {
      findInPart(value, `prompt.variables.${name}`, found);
    }
  }
  const cache = asRecord(parsed['prompt_cache_options']);
  if (cache !== undefined) {
    const param = 'prompt_cache_options.comparison_response_id';
    found.push(...idOf(cache['comparison_response_id'], 'response', param));
  }
  findInTools(parsed['tools'], 'tools', found);
  if (Array.isArray(input)) {
    for (let i = 0; i < input.length; i++) findInItem(input[i], `input[${i}]`, found);
  }
  return found;
}

/** Items that stand for themselves at the provider when they come without what they hold. */
const heldBack: Readonly<Record<string, string>> = {
  reasoning: 'encrypted_content',
  image_generation_call: 'result',
};

function findInItem(value: unknown, path: string, found: ProviderId[]): void {
  const item = asRecord(value);
  if (item === undefined) return;
  const { type, id, content, output } = item;
  if (isReference(item)) found.push(...idOf(id, 'item', `${path}.id`));
  // Stored reasoning is looked up by its id where the client cannot show the sealed one.
  if (typeof type === 'string' && Object.hasOwn(heldBack, type)) {
    const held = item[heldBack[type] as string];
    if (typeof held !== 'string' || held === '') found.push(...idOf(id, 'item', `${path}.id`));
  }
  found.push(...idOf(item['approval_request_id'], 'item', `${path}.approval_request_id`));
  found.push(...idOf(item['container_id'], 'container', `${path}.container_id`));
  findInEnvironment(item['environment'], `${path}.environment`, found);
  findInTools(item['tools'], `${path}.tools`, found);
  for (const [name, parts] of [
    ['content', content],
    ['output', output],
  ] as const) {
    if (Array.isArray(parts)) {
      parts.forEach((part, i) => {
        findInPart(part, `${path}.${name}[${i}]`, found);
      });
    } else findInPart(parts, `${path}.${name}`, found);
  }
}

/** `type` is optional in a reference: `{"id": "msg_…"}` alone is one. */
function isReference(item: Record<string, unknown>): boolean {
  const { type } = item;
  if (type === 'item_reference') return true;
  return (type === undefined || type === null) && item['content'] === undefined;
}

function findInPart(value: unknown, path: string, found: ProviderId[]): void {
  const part = asRecord(value);
  if (part === undefined) return;
  found.push(...idOf(part['file_id'], 'file', `${path}.file_id`));
  found.push(...fileOfAddress(part['image_url'], `${path}.image_url`));
  found.push(...fileOfAddress(part['file_url'], `${path}.file_url`));
}

function findInTools(tools: unknown, path: string, found: ProviderId[]): void {
  if (!Array.isArray(tools)) return;
  tools.forEach((value, i) => {
    const tool = asRecord(value);
    if (tool === undefined) return;
    const at = `${path}[${i}]`;
    const { container } = tool;
    found.push(...idsOf(tool['vector_store_ids'], 'vector_store', `${at}.vector_store_ids`));
    found.push(...idOf(container, 'container', `${at}.container`));
    findInEnvironment(container, `${at}.container`, found);
    findInEnvironment(tool['environment'], `${at}.environment`, found);
    found.push(...idOf(tool['connector_id'], 'tunnel', `${at}.connector_id`));
    found.push(...idOf(tool['tunnel_id'], 'tunnel', `${at}.tunnel_id`));
    findInPart(tool['input_image_mask'], `${at}.input_image_mask`, found);
  });
}

/** What a container is, or is made of. */
function findInEnvironment(value: unknown, path: string, found: ProviderId[]): void {
  const environment = asRecord(value);
  if (environment === undefined) return;
  found.push(...idOf(environment['container_id'], 'container', `${path}.container_id`));
  found.push(...idsOf(environment['file_ids'], 'file', `${path}.file_ids`));
  const { skills } = environment;
  if (!Array.isArray(skills)) return;
  skills.forEach((skill, i) => {
    const param = `${path}.skills[${i}].skill_id`;
    found.push(...idOf(asRecord(skill)?.['skill_id'], 'skill', param));
  });
}
