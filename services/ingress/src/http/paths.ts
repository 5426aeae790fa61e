import type { AnyDialectName, DialectName } from '@fluxrouter/dialects';

const MESSAGES_PATHS: readonly string[] = [
  '/anthropic/v1/messages',
  '/anthropic/messages',
  '/anthropic/v1/v1/messages',
  '/v1/messages',
  '/v1/v1/messages',
];

export const COUNT_TOKENS_PATHS = MESSAGES_PATHS.map((path) => `${path}/count_tokens`);

/**
 * Paths that can serve a model, with what people really type: OpenAI's without `/v1` and with
 * `/v1/v1` (openai-node with a base URL that lacks or doubles it), Anthropic's without a prefix or
 * without `/v1`.
 */
export interface InferenceEndpoint {
  readonly dialect: AnyDialectName;
  readonly paths: readonly string[];
}

function openaiPaths(path: string): readonly string[] {
  return [`/v1${path}`, path, `/v1/v1${path}`];
}

export const INFERENCE_ENDPOINTS: readonly InferenceEndpoint[] = [
  { dialect: 'openai-chat', paths: openaiPaths('/chat/completions') },
  { dialect: 'openai-responses', paths: openaiPaths('/responses') },
  { dialect: 'anthropic-messages', paths: MESSAGES_PATHS },
  { dialect: 'openai-images', paths: openaiPaths('/images/generations') },
];

export const OPENAI_MODELS_PATHS: readonly string[] = openaiPaths('/models');
export const ANTHROPIC_MODELS_PATHS: readonly string[] = [
  '/anthropic/v1/models',
  '/anthropic/models',
  '/anthropic/v1/v1/models',
];

const ANTHROPIC_PREFIX = /^\/+(?:anthropic(?:\/|$)|(?:v1\/+){1,2}messages(?:\/|$))/;

/** The dialect that an error on this path is told in. */
export function dialectOfPath(path: string): DialectName {
  return ANTHROPIC_PREFIX.test(path) ? 'anthropic-messages' : 'openai-chat';
}

/** RFC 9112, 3.2.2: a server takes the absolute form too, in which a proxy is asked. */
const ORIGIN = /^https?:\/\/[^/?#]*/i;

/** The path and query of a request's target: `http://host/v1/models` as `/v1/models`. */
export function pathOfTarget(target: string): string {
  return withoutDoubledSlashes(target.startsWith('/') ? target : target.replace(ORIGIN, '') || '/');
}

/** `//v1//models` as `/v1/models`: a base URL that ends in a slash. The query is left alone. */
function withoutDoubledSlashes(url: string): string {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  if (!path.includes('//')) return url;
  return path.replace(/\/{2,}/g, '/') + (query === -1 ? '' : url.slice(query));
}
