export { accountsConfig } from './config.ts';
export { ensureFirstKey, type FirstKey, newFirstKey } from './first-key.ts';
export { type AccountsDeps, type AccountsModule, startAccounts } from './module.ts';
