export type Dialect = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'openai-images';
export type Operation = Dialect | 'count-tokens' | 'models';

/** How a vendor words its error bodies; see `errors.ts`. */
export type ErrorShape =
  | 'openai'
  | 'anthropic'
  | 'google'
  | 'xai'
  | 'mistral'
  | 'moonshot'
  | 'zai'
  | 'minimax'
  | 'alibaba'
  | 'groq';

/** What the sandbox needs to know to stand in for a vendor. */
export interface Provider {
  readonly name: string;
  readonly errorShape: ErrorShape;
  readonly credential: 'bearer' | 'x-api-key';
  /** OpenAI indents its JSON bodies; a gateway that splices bytes should meet that. */
  readonly indentsBodies: boolean;
  /** Chat answers carry the reasoning text in `reasoning_content`. */
  readonly showsReasoning: boolean;
  /** Path below `/<name>` → what is served there. */
  readonly paths: Readonly<Record<string, Operation>>;
}

const chatOnly = { '/v1/chat/completions': 'openai-chat' } as const;

function chatProvider(
  name: string,
  errorShape: ErrorShape,
  showsReasoning: boolean,
  alsoAt: Readonly<Record<string, Operation>> = {},
): Provider {
  return {
    name,
    errorShape,
    credential: 'bearer',
    indentsBodies: false,
    showsReasoning,
    paths: { ...chatOnly, ...alsoAt },
  };
}

/** OpenAI; it also words the errors of paths that belong to no vendor. */
export const openaiProvider: Provider = {
  name: 'openai',
  errorShape: 'openai',
  credential: 'bearer',
  indentsBodies: true,
  showsReasoning: false,
  paths: {
    '/v1/chat/completions': 'openai-chat',
    '/v1/responses': 'openai-responses',
    '/v1/images/generations': 'openai-images',
    '/v1/models': 'models',
  },
};

/** Every vendor that the sandbox stands in for, with the paths it has (both `/v1` and real ones). */
export const providers: readonly Provider[] = [
  openaiProvider,
  {
    name: 'anthropic',
    errorShape: 'anthropic',
    credential: 'x-api-key',
    indentsBodies: false,
    showsReasoning: true,
    paths: {
      '/v1/messages': 'anthropic-messages',
      '/v1/messages/count_tokens': 'count-tokens',
      '/v1/models': 'models',
    },
  },
  chatProvider('google', 'google', false, {
    '/v1/images/generations': 'openai-images',
    '/v1beta/openai/chat/completions': 'openai-chat',
    '/v1beta/openai/images/generations': 'openai-images',
  }),
  chatProvider('xai', 'xai', true),
  chatProvider('deepseek', 'openai', true, { '/chat/completions': 'openai-chat' }),
  chatProvider('mistral', 'mistral', false),
  chatProvider('moonshot', 'moonshot', true),
  chatProvider('zai', 'zai', true, { '/api/paas/v4/chat/completions': 'openai-chat' }),
  chatProvider('minimax', 'minimax', true),
  chatProvider('alibaba', 'alibaba', true, {
    '/v1/images/generations': 'openai-images',
    '/compatible-mode/v1/chat/completions': 'openai-chat',
    '/compatible-mode/v1/images/generations': 'openai-images',
  }),
  chatProvider('groq', 'groq', true, { '/openai/v1/chat/completions': 'openai-chat' }),
];

export interface Route {
  readonly provider: Provider;
  readonly operation: Operation;
}

const routes = new Map<string, Route>();
const providersByName = new Map<string, Provider>();
for (const provider of providers) {
  providersByName.set(provider.name, provider);
  for (const [path, operation] of Object.entries(provider.paths)) {
    routes.set(`/${provider.name}${path}`, { provider, operation });
  }
}

/** The route of an exact path, without query; models also by id below it. */
export function findRoute(path: string): Route | undefined {
  const exact = routes.get(path);
  if (exact) return exact;
  const list = path.lastIndexOf('/models/');
  const below = list === -1 ? undefined : routes.get(path.slice(0, list + '/models'.length));
  return below?.operation === 'models' ? below : undefined;
}

/** The vendor whose prefix a path has, so that even a 404 is worded as that vendor words it. */
export function findProvider(path: string): Provider | undefined {
  return providersByName.get(path.split('/', 2)[1] ?? '');
}
