import type { Catalogue, Provider } from '@fluxrouter/catalogue';
import type { Secret } from '@fluxrouter/service-kit/config';

/** What is set for one provider. */
export interface ProviderSettings {
  readonly apiKey: Secret | undefined;
  readonly baseUrl: string | undefined;
}

/** A provider that can be called: its description, an address and the headers that authenticate. */
export interface ConfiguredProvider {
  readonly provider: Provider;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Goes before a dialect's own path; no slash at its end. */
  readonly pathPrefix: string;
  /** Name and value in turn. */
  readonly authHeaders: readonly string[];
}

/** Providers by id: those with credentials; with a sandbox, all others stood in for by it. */
export function configureProviders(
  catalogue: Catalogue,
  settings: ReadonlyMap<string, ProviderSettings>,
  sandboxUrl: string | undefined,
): ReadonlyMap<string, ConfiguredProvider> {
  const configured = new Map<string, ConfiguredProvider>();
  for (const provider of catalogue.providers.values()) {
    const set = settings.get(provider.id);
    if (set?.apiKey !== undefined) {
      const baseUrl = set.baseUrl ?? provider.baseUrl;
      configured.set(provider.id, configure(provider, baseUrl, set.apiKey.reveal()));
    } else if (sandboxUrl !== undefined) {
      const baseUrl = `${sandboxUrl}/${provider.id}/v1`;
      configured.set(provider.id, configure(provider, baseUrl, 'sandbox'));
    }
  }
  return configured;
}

function configure(provider: Provider, baseUrl: string, apiKey: string): ConfiguredProvider {
  const url = new URL(baseUrl);
  return {
    provider,
    origin: url.origin,
    pathPrefix: pathPrefix(provider, url),
    authHeaders:
      provider.auth === 'x-api-key' ? ['x-api-key', apiKey] : ['authorization', `Bearer ${apiKey}`],
  };
}

/**
 * Base URLs are given in the manner of each vendor's SDK: Anthropic's adds `/v1` itself, OpenAI's
 * has it in the address. An address without any path gets the path of the provider's own.
 */
function pathPrefix(provider: Provider, url: URL): string {
  const path = url.pathname.replace(/\/+$/, '');
  if (provider.dialects.includes('anthropic-messages')) {
    return path.endsWith('/v1') ? path : `${path}/v1`;
  }
  return path === '' ? new URL(provider.baseUrl).pathname.replace(/\/+$/, '') : path;
}
