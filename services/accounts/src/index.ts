export { accountsConfig } from './config.ts';
export { type AccountsDeps, type AccountsModule, startAccounts } from './module.ts';
