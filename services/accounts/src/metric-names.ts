export const metricNames = { accounts: 'flux_accounts' } as const;
