import type { UnpricedFeature } from '../dialect.ts';
import { recordsOf } from '../read-events.ts';
import { asRecord } from '../usage.ts';

/** Tool types that run at the client, so that only their tokens cost. */
const clientTools = new Set([
  'function',
  'custom',
  'namespace',
  'local_shell',
  'apply_patch',
  'computer',
  'computer_use_preview',
]);

/** By the beginning of the type: vendors date them (`web_search_preview_2025_03_11`). */
const hostedTools: readonly (readonly [prefix: string, name: string])[] = [
  ['web_search', 'web_search'],
  ['file_search', 'file_search'],
  ['code_interpreter', 'code_interpreter'],
  ['programmatic_tool_calling', 'code_interpreter'],
  ['image_generation', 'image_generation'],
  ['mcp', 'mcp'],
  ['shell', 'hosted_shell'],
  ['tool_search', 'tool_search'],
];

const pricedTiers = new Set(['auto', 'default', 'standard']);

export function unpricedFeatures(parsed: Record<string, unknown>): UnpricedFeature[] {
  const found: UnpricedFeature[] = [];
  const { service_tier: tier, modalities, audio } = parsed;
  if (parsed['background'] === true) found.push({ name: 'background', param: 'background' });
  if (typeof tier === 'string' && !pricedTiers.has(tier)) {
    found.push({ name: 'service_tier', param: 'service_tier' });
  }
  if (Array.isArray(modalities) && modalities.some((modality) => modality !== 'text')) {
    found.push({ name: 'audio_output', param: 'modalities' });
  }
  if (audio !== undefined && audio !== null) found.push({ name: 'audio_output', param: 'audio' });
  // Compaction runs a model a second time, outside what max_output_tokens bounds.
  if (Array.isArray(parsed['context_management']) && parsed['context_management'].length > 0) {
    found.push({ name: 'compaction', param: 'context_management' });
  }
  findTools(parsed['tools'], 'tools', found);
  findInInput(parsed['input'], found);
  return found;
}

function findTools(tools: unknown, path: string, found: UnpricedFeature[]): void {
  if (!Array.isArray(tools)) return;
  tools.forEach((value, i) => {
    const tool = asRecord(value);
    const type = tool?.['type'];
    if (tool === undefined || typeof type !== 'string') return;
    const param = `${path}[${i}].type`;
    if (type === 'namespace') findTools(tool['tools'], `${path}[${i}].tools`, found);
    if (clientTools.has(type) || runsAtClient(tool)) return;
    const known = hostedTools.find(([prefix]) => type.startsWith(prefix));
    found.push({ name: known?.[1] ?? 'hosted_tool', param });
  });
}

/** A shell and a tool search may be the client's own, and then say so. */
function runsAtClient(tool: Record<string, unknown>): boolean {
  if (tool['type'] === 'shell') return asRecord(tool['environment'])?.['type'] === 'local';
  return tool['type'] === 'tool_search' && tool['execution'] === 'client';
}

function findInInput(input: unknown, found: UnpricedFeature[]): void {
  recordsOf(input).forEach((item, i) => {
    // An item may bring tools along in mid-conversation.
    findTools(item['tools'], `input[${i}].tools`, found);
    if (item['type'] === 'compaction_trigger') {
      found.push({ name: 'compaction', param: `input[${i}].type` });
    }
    recordsOf(item['content']).forEach((part, j) => {
      if (part['type'] === 'input_audio') {
        found.push({ name: 'audio_input', param: `input[${i}].content[${j}]` });
      }
    });
  });
}
