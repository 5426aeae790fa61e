import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot, requireNode24 } from './process/repository.ts';
import { baselinePath, findBreaking, writeImage } from './proto/baseline.ts';
import { generateCode, generatedFolder } from './proto/generated-code.ts';

// `pnpm gen`: code and baseline from proto/. `--accept-breaking` is for what nobody has stored or runs yet.
requireNode24();
const { values } = parseArgs({ options: { 'accept-breaking': { type: 'boolean' } } });

const findings = await findBreaking();
if (findings !== undefined && !values['accept-breaking']) {
  console.error(`Not generated. An older process or a stored event could not be read any more:\n`);
  console.error(findings);
  console.error(
    '\nAdd a field or a version instead; where nobody can have it yet: --accept-breaking.',
  );
  process.exit(1);
}
const scratch = mkdtempSync(join(tmpdir(), 'fluxrouter-gen-'));
await generateCode(scratch);
// The whole folder: a file whose proto is gone goes too.
rmSync(join(repositoryRoot, generatedFolder), { recursive: true, force: true });
cpSync(join(scratch, generatedFolder), join(repositoryRoot, generatedFolder), { recursive: true });
rmSync(scratch, { recursive: true });
await writeImage(baselinePath);
console.log(`${generatedFolder} and ${baselinePath} are made from proto/`);
