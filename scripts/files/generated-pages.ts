import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSettings } from '../../packages/service-kit/src/config/index.ts';
import { settingsGroups } from '../../services/fluxrouter/src/settings-groups.ts';
import { repositoryRoot } from '../process/repository.ts';
import { between } from './between-marks.ts';

/** A page that is made from the code or from measured figures, in whole or between two marks. */
export interface GeneratedPage {
  readonly path: string;
  readonly make: () => Promise<string>;
}

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');

export const generatedPages: readonly GeneratedPage[] = [
  { path: 'docs/settings.md', make: async () => describeSettings(await settingsGroups()) },
  {
    path: 'README.md',
    make: async () => between('bench', read('README.md'), read('bench/results/latest.md')),
  },
];
