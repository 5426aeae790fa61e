import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot, requireNode24 } from './process/repository.ts';
import { baselinePath, findBreaking, isBaseline, writeImage } from './proto/baseline.ts';
import {
  BufError,
  buf,
  compareFolders,
  generateCode,
  generatedFolder,
} from './proto/generated-code.ts';

requireNode24();
const scratch = mkdtempSync(join(tmpdir(), 'fluxrouter-proto-'));
try {
  const complaints = [...(await lint()), ...(await breaking()), ...(await outOfDate())];
  for (const complaint of complaints) console.log(complaint);
  console.log(complaints.length === 0 ? 'lint, breaking changes, generated code: in order' : '');
  process.exitCode = complaints.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}

async function lint(): Promise<string[]> {
  try {
    await buf(['lint']);
    return [];
  } catch (error) {
    if (error instanceof BufError) return [`buf lint:\n${error.findings}`];
    throw error;
  }
}

async function breaking(): Promise<string[]> {
  const findings = await findBreaking();
  if (findings !== undefined) return [`breaks what was accepted before:\n${findings}`];
  const image = join(scratch, 'image.binpb');
  await writeImage(image);
  return isBaseline(image) ? [] : [`${baselinePath} is of other protocols: run pnpm gen`];
}

async function outOfDate(): Promise<string[]> {
  await generateCode(scratch);
  const committed = join(repositoryRoot, generatedFolder);
  return compareFolders(committed, join(scratch, generatedFolder)).map(
    (difference) => `${generatedFolder}/${difference}: run pnpm gen`,
  );
}
