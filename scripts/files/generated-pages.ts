import { describeSettings } from '../../packages/service-kit/src/config/index.ts';
import { settingsGroups } from '../../services/fluxrouter/src/settings-groups.ts';

/** A page of docs/ that is made from the code. */
export interface GeneratedPage {
  readonly path: string;
  readonly make: () => Promise<string>;
}

export const generatedPages: readonly GeneratedPage[] = [
  { path: 'docs/settings.md', make: async () => describeSettings(await settingsGroups()) },
];
