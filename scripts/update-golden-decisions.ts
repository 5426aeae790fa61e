/**
 * Writes data/golden-decisions.json anew by the policy that is in force, and adds the policy to
 * data/policy-versions.json. Refuses where the policy changed and its version did not.
 * Run: node scripts/update-golden-decisions.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import {
  conversation,
  decisionFor,
  policy,
} from '../packages/routing-rules/src/decision-fixtures.ts';

const file = (name: string) => new URL(`../packages/routing-rules/data/${name}`, import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(file(name), 'utf8'));
const write = (name: string, value: unknown) =>
  writeFileSync(file(name), `${JSON.stringify(value, null, 2)}\n`);

const versions: { version: string; hash: string }[] = read('policy-versions.json');
const same = versions.find(({ version }) => version === policy.version);
if (same !== undefined && same.hash !== policy.hash) {
  console.error(`version ${policy.version} is taken: give data/policy.json a new version first`);
  process.exit(1);
}
if (same === undefined) versions.push({ version: policy.version, hash: policy.hash });
write('policy-versions.json', versions);
const golden: { turns: string[] }[] = read('golden-decisions.json');
write(
  'golden-decisions.json',
  golden.map(({ turns }) => {
    const decision = decisionFor({ body: conversation(...turns) });
    const { tier, lane, score, confidence, historyFloor } = decision;
    return { turns, tier, lane, score, confidence, historyFloor };
  }),
);
