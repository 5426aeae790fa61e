import type { UnpricedFeature } from '../dialect.ts';
import { recordsOf } from '../read-events.ts';
import { asRecord } from '../usage.ts';

/** Anthropic's own tools that run at the client, by the beginning of their dated types. */
const clientTools = ['custom', 'bash_', 'text_editor_', 'computer_', 'memory_', 'browser_toolset_'];

const hostedTools: readonly (readonly [prefix: string, name: string])[] = [
  ['web_search', 'web_search'],
  ['web_fetch', 'web_fetch'],
  ['code_execution', 'code_execution'],
  ['tool_search', 'tool_search'],
  ['mcp', 'mcp'],
  ['advisor', 'advisor'],
];

/** Members that are billed in another way than by the served model's tokens. */
const membersByFeature: readonly (readonly [param: string, name: string])[] = [
  ['compaction', 'compaction'], // runs a model a second time, outside what max_tokens bounds
  ['fallbacks', 'fallbacks'], // another model, at another price
  ['fallback_credit_token', 'fallbacks'],
  ['billing_policy', 'billing_policy'],
];

export function unpricedFeatures(parsed: Record<string, unknown>): UnpricedFeature[] {
  const found: UnpricedFeature[] = [];
  for (const [param, name] of membersByFeature) {
    if (parsed[param] !== undefined && parsed[param] !== null) found.push({ name, param });
  }
  for (const [param, allowed] of allowedValues) {
    const value = parsed[param];
    if (value === undefined || value === null || allowed.includes(value)) continue;
    found.push({ name: param, param });
  }
  const { mcp_servers: servers, container } = parsed;
  if (Array.isArray(servers) && servers.length > 0) {
    found.push({ name: 'mcp', param: 'mcp_servers' });
  }
  if (recordsOf(asRecord(container)?.['skills']).length > 0) {
    found.push({ name: 'code_execution', param: 'container.skills' });
  }
  const edits = recordsOf(asRecord(parsed['context_management'])?.['edits']);
  edits.forEach((edit, i) => {
    if (typeof edit['type'] === 'string' && edit['type'].startsWith('compact')) {
      found.push({ name: 'compaction', param: `context_management.edits[${i}].type` });
    }
  });
  recordsOf(parsed['tools']).forEach((tool, i) => {
    findTool(tool, `tools[${i}]`, found);
  });
  findToolsInMessages(parsed['messages'], found);
  return found;
}

/** Members with values that cost what the price list says; others have a price of their own. */
const allowedValues: readonly (readonly [param: string, allowed: readonly unknown[]])[] = [
  ['service_tier', ['auto', 'standard_only']],
  ['speed', ['standard']],
  ['inference_geo', ['global']],
];

/** A tool without a type is the client's own. */
function findTool(tool: Record<string, unknown>, path: string, found: UnpricedFeature[]): void {
  const { type } = tool;
  if (typeof type !== 'string' || clientTools.some((prefix) => type.startsWith(prefix))) return;
  const known = hostedTools.find(([prefix]) => type.startsWith(prefix));
  found.push({ name: known?.[1] ?? 'hosted_tool', param: `${path}.type` });
}

/** A `tool_addition` block defines a tool in mid-conversation. */
function findToolsInMessages(messages: unknown, found: UnpricedFeature[]): void {
  if (!Array.isArray(messages)) return;
  for (let i = 0; i < messages.length; i++) {
    const content = asRecord(messages[i])?.['content'];
    if (!Array.isArray(content)) continue;
    for (let j = 0; j < content.length; j++) {
      const block = asRecord(content[j]);
      if (block?.['type'] !== 'tool_addition') continue;
      const tool = asRecord(block['tool']);
      const path = `messages[${i}].content[${j}].tool`;
      const definition = asRecord(tool?.['definition']);
      if (definition !== undefined) findTool(definition, `${path}.definition`, found);
      const type = tool?.['type'];
      if (typeof type === 'string' && type.startsWith('mcp')) {
        found.push({ name: 'mcp', param: `${path}.type` });
      }
    }
  }
}
