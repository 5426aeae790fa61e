/**
 * The clients as their users install them, pinned. They are large (Claude Code and Codex some 400 MB
 * each), so they are no dependencies of the workspace: `install.ts` puts them into a cache.
 */
export const NPM_CLIENTS = {
  'ai-sdk': {
    ai: '7.0.173',
    '@ai-sdk/openai': '4.0.118',
    '@ai-sdk/anthropic': '4.0.105',
    zod: '4.6.7',
  },
  langchain: {
    '@langchain/core': '1.4.0',
    '@langchain/openai': '1.6.0',
    '@langchain/anthropic': '1.5.11',
    zod: '4.6.7',
  },
  'claude-code': { '@anthropic-ai/claude-code': '2.1.330' },
  codex: { '@openai/codex': '0.169.0' },
} as const;

export type NpmClient = keyof typeof NPM_CLIENTS;

export const PYTHON_CLIENTS = ['openai==3.54.0', 'anthropic==2.12.0'] as const;
