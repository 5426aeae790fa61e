import { catalogueData } from '@fluxrouter/catalogue';
import { type ProviderSettings, providerSettingsSchema } from '@fluxrouter/provider-proxy';
import type { ConfigSchema, Secret } from '@fluxrouter/service-kit/config';
import { z } from 'zod';

/** `<PROVIDER>_API_KEY` and `<PROVIDER>_BASE_URL` of every provider of the catalogue, in one schema. */
export function providersSchema(): ConfigSchema {
  const fields = catalogueData.providers.flatMap((provider) => {
    const { apiKey, baseUrl } = providerSettingsSchema(provider).shape;
    return [
      [keyName(provider.id), apiKey],
      [urlName(provider.id), baseUrl],
    ] as const;
  });
  return z.object(Object.fromEntries(fields));
}

const keyName = (provider: string) => `${provider}ApiKey`;
const urlName = (provider: string) => `${provider}BaseUrl`;

/** By the provider's id. */
export function providerSettings(config: Record<string, unknown>): Map<string, ProviderSettings> {
  const settings = catalogueData.providers.map(({ id }) => {
    const apiKey = config[keyName(id)] as Secret | undefined;
    const baseUrl = config[urlName(id)] as string | undefined;
    return [id, { apiKey, baseUrl }] as const;
  });
  return new Map(settings);
}

/** Names of the settings that would each let a real provider answer. */
export const providerKeySettings: readonly string[] = catalogueData.providers.map(
  (provider) => provider.apiKeySetting,
);
