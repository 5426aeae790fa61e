export type * from './dialect.ts';
export { holdsSecrets } from './error-text.ts';
export { isName } from './grammar.ts';
export { dialectNames, dialects, isDialectName } from './registry.ts';
export { mergeUsage, type Usage } from './usage.ts';
export * from './verdict.ts';
