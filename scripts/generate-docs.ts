import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedPages } from './files/generated-pages.ts';
import { repositoryRoot, requireNode24 } from './process/repository.ts';

requireNode24();
for (const { path, make } of generatedPages) {
  writeFileSync(join(repositoryRoot, path), await make());
  console.log(`${path} is made from the code`);
}
