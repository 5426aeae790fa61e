import { readFileSync } from 'node:fs';
import { formatUsd } from '@fluxrouter/pricing';
import type { PolicyData } from '@fluxrouter/routing-rules';
import type { Gateway } from '../gateway.ts';
import { printFacts, printJson, printTable } from '../print.ts';
import { Problem } from '../problem.ts';
import { comparePolicies, type PolicyComparison, type ReplayedRecord } from './compare-policies.ts';

const PAGE = 200;

/** `flux policy compare <file>`: the mix and cost of past requests under another policy, beside what they were. */
export async function comparePolicy(
  gateway: Gateway,
  file: string,
  options: Readonly<Record<string, string>>,
): Promise<void> {
  const data = readPolicy(file);
  const records = await readRecords(gateway, options);
  const models = (await gateway.get('/v1/models')) as { data: { backing_model: string | null }[] };
  const served = new Set(models.data.map((model) => model.backing_model));
  const comparison = compare(records, data, (model) => served.has(model));
  if (gateway.json) return printJson(asJson(comparison));
  print(comparison);
}

function readPolicy(file: string): PolicyData {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Problem(`${file} cannot be read as JSON.`, 2);
  }
}

function compare(...args: Parameters<typeof comparePolicies>): PolicyComparison {
  try {
    return comparePolicies(...args);
  } catch (error) {
    // What is wrong with the policy, problem by problem.
    throw new Problem(error instanceof Error ? error.message : String(error), 2);
  }
}

async function readRecords(
  gateway: Gateway,
  options: Readonly<Record<string, string>>,
): Promise<ReplayedRecord[]> {
  const most = Number(options['limit']);
  if (!Number.isInteger(most) || most < 1) throw new Problem('--limit takes a whole number.', 2);
  const records: ReplayedRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = (await gateway.get('/v1/requests', {
      from: options['from'],
      to: options['to'],
      cursor,
      limit: String(Math.min(PAGE, most - records.length)),
    })) as { data: ReplayedRecord[]; next_cursor: string | null };
    records.push(...page.data);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && records.length < most);
  return records;
}

function print(comparison: PolicyComparison): void {
  const { requests, notReplayed, laneMoved, modelMoved, costPicoUsd, policies } = comparison;
  printFacts([
    ['requests', `${requests}, ${notReplayed} of them not decided by the score or without facts`],
    ['policy', `${policies.other} beside ${policies.ours}`],
    ['moved', `${laneMoved} to another lane, ${modelMoved} to another model`],
  ]);
  const share = (n: number) => `${requests === 0 ? 0 : Math.round((1000 * n) / requests) / 10}%`;
  for (const [title, rows] of [
    ['lane', comparison.lanes],
    ['tier', comparison.tiers],
  ] as const) {
    process.stdout.write('\n');
    printTable(
      [title, 'today', 'other', 'today %', 'other %'],
      Object.entries(rows).map(([name, { today, other }]) => [
        ...[name, String(today), String(other), share(today), share(other)],
      ]),
    );
  }
  process.stdout.write('\n');
  printTable(
    ['', 'today', 'other'],
    [['cost, USD', formatUsd(costPicoUsd.today), formatUsd(costPicoUsd.other)]],
  );
}

function asJson({ costPicoUsd, ...rest }: PolicyComparison): object {
  const cost = { today: formatUsd(costPicoUsd.today), other: formatUsd(costPicoUsd.other) };
  return { ...rest, costUsd: cost };
}
