import type { UnpricedFeature } from '../dialect.ts';
import { recordsOf } from '../read-events.ts';
import { asRecord } from '../usage.ts';

/** Tool types that run at the client, so that only their tokens cost. */
const clientTools = new Set(['function', 'custom']);

/** Hosted tools by the names that vendors of this dialect give them. */
const hostedTools: Readonly<Record<string, string>> = {
  web_search: 'web_search',
  web_search_preview: 'web_search',
  live_search: 'web_search',
  browser_search: 'web_search',
  google_search: 'web_search',
  code_interpreter: 'code_interpreter',
  code_execution: 'code_interpreter',
  file_search: 'file_search',
  retrieval: 'file_search',
  image_generation: 'image_generation',
  mcp: 'mcp',
};

/** Members whose mere presence asks for something that is billed by another unit than tokens. */
const membersByFeature: readonly (readonly [param: string, name: string])[] = [
  ['web_search_options', 'web_search'], // OpenAI, Perplexity
  ['search_parameters', 'web_search'], // xAI's live search
  ['enable_search', 'web_search'], // Alibaba
  ['search_settings', 'web_search'], // Groq
  ['compound_custom', 'hosted_tool'], // Groq
  ['audio', 'audio_output'],
  ['plugins', 'hosted_tool'], // Alibaba, OpenRouter
];

const pricedTiers = new Set(['auto', 'default', 'standard_only', 'standard']);

export function unpricedFeatures(parsed: Record<string, unknown>): UnpricedFeature[] {
  const found: UnpricedFeature[] = [];
  for (const [param, name] of membersByFeature) {
    const value = parsed[param];
    if (value !== undefined && value !== null && value !== false) found.push({ name, param });
  }
  const { service_tier: tier, modalities, tools } = parsed;
  if (typeof tier === 'string' && !pricedTiers.has(tier)) {
    found.push({ name: 'service_tier', param: 'service_tier' });
  }
  if (Array.isArray(modalities) && modalities.some((modality) => modality !== 'text')) {
    found.push({ name: 'audio_output', param: 'modalities' });
  }
  if (Array.isArray(tools)) {
    tools.forEach((tool, i) => {
      const type = asRecord(tool)?.['type'];
      if (typeof type !== 'string' || clientTools.has(type)) return;
      const name = Object.hasOwn(hostedTools, type) ? hostedTools[type] : undefined;
      found.push({ name: name ?? 'hosted_tool', param: `tools[${i}].type` });
    });
  }
  findAudioInput(parsed['messages'], found);
  return found;
}

/** Audio tokens have a price of their own at every vendor, and no row here. */
function findAudioInput(messages: unknown, found: UnpricedFeature[]): void {
  recordsOf(messages).forEach((message, i) => {
    if (!Array.isArray(message['content'])) return;
    recordsOf(message['content']).forEach((part, j) => {
      if (part['type'] === 'input_audio' || part['type'] === 'audio_url') {
        found.push({ name: 'audio_input', param: `messages[${i}].content[${j}]` });
      }
    });
  });
}
