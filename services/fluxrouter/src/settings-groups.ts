import type { SettingsGroup } from '@fluxrouter/service-kit/config';
import { launcherConfig, processConfig, systemConfig } from './config.ts';
import { providersSchema } from './provider-settings.ts';

/** Every setting there is, in the order of docs/settings.md. */
export async function settingsGroups(): Promise<SettingsGroup[]> {
  const [ingress, router, proxy, accounts, metering] = await Promise.all([
    import('@fluxrouter/ingress'),
    import('@fluxrouter/router'),
    import('@fluxrouter/provider-proxy'),
    import('@fluxrouter/accounts'),
    import('@fluxrouter/metering'),
  ]);
  return [
    { title: 'Where it listens, what it keeps', schema: systemConfig },
    { title: 'Providers', schema: providersSchema() },
    { title: 'npm start', schema: launcherConfig },
    { title: 'Ingress', schema: ingress.ingressConfig },
    { title: 'Router', schema: router.routerConfig },
    { title: 'Provider-proxy', schema: proxy.providerProxyConfig },
    { title: 'Metering', schema: metering.meteringConfig },
    { title: 'Accounts', schema: accounts.accountsConfig },
    {
      title: 'Between processes',
      intro: '`npm start` sets these itself.',
      schema: processConfig,
    },
  ];
}
