export { type ProviderProxyConfig, providerProxyConfig, providerSettingsSchema } from './config.ts';
export { closeOrphanedAttempts } from './journaled-attempts.ts';
export { type ProviderProxy, type ProviderProxyNeeds, startProviderProxy } from './module.ts';
export {
  type ConfiguredProvider,
  configureProviders,
  type ProviderSettings,
} from './providers.ts';
