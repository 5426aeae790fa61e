import type { ProviderId } from '../dialect.ts';
import { idOf } from '../provider-files.ts';
import { asRecord } from '../usage.ts';

/** Ids of things kept at Anthropic: files, containers, skills, messages. */
export function providerIds(parsed: Record<string, unknown>): ProviderId[] {
  const { container, messages, system } = parsed;
  const found: ProviderId[] = idOf(container, 'container', 'container');
  const settings = asRecord(container);
  if (settings !== undefined) {
    found.push(...idOf(settings['id'], 'container', 'container.id'));
    const { skills } = settings;
    if (Array.isArray(skills)) {
      skills.forEach((value, i) => {
        const skill = asRecord(value);
        // Anthropic's own skills are everybody's.
        if (skill === undefined || skill['type'] === 'anthropic') return;
        found.push(...idOf(skill['skill_id'], 'skill', `container.skills[${i}].skill_id`));
      });
    }
  }
  const diagnosed = asRecord(parsed['diagnostics'])?.['previous_message_id'];
  found.push(...idOf(diagnosed, 'message', 'diagnostics.previous_message_id'));
  found.push(...idOf(parsed['user_profile_id'], 'profile', 'user_profile_id'));
  if (Array.isArray(system)) findInBlocks(system, 'system', found);
  if (Array.isArray(messages)) {
    for (let i = 0; i < messages.length; i++) {
      const content = asRecord(messages[i])?.['content'];
      if (Array.isArray(content)) findInBlocks(content, `messages[${i}].content`, found);
    }
  }
  return found;
}

/**
 * Blocks and the blocks within them (a tool's result, a document made of blocks). What a tool was
 * called with is the client's own and may name its members as it likes.
 */
function findInBlocks(blocks: readonly unknown[], path: string, found: ProviderId[]): void {
  for (let i = 0; i < blocks.length; i++) {
    const block = asRecord(blocks[i]);
    if (block === undefined) continue;
    const at = `${path}[${i}]`;
    found.push(...idOf(block['file_id'], 'file', `${at}.file_id`));
    const source = asRecord(block['source']);
    if (source !== undefined) {
      found.push(...idOf(source['file_id'], 'file', `${at}.source.file_id`));
      if (Array.isArray(source['content'])) {
        findInBlocks(source['content'], `${at}.source.content`, found);
      }
    }
    if (Array.isArray(block['content'])) findInBlocks(block['content'], `${at}.content`, found);
  }
}
