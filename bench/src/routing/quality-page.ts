import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldOfId, outOfFoldEce } from './calibration.ts';
import { type CrossValidation, crossValidate, type Ranking } from './cross-validate.ts';
import { decideItem, type Edit, flipRate, HARMLESS_EDITS, PADDING, POLICY } from './decisions.ts';
import type { DevItem } from './dev-set.ts';

export interface QualityRun {
  readonly items: readonly DevItem[];
  readonly directory: string;
  readonly scratch: string;
  readonly root: string;
}

export function qualityPage({ items, directory, scratch, root }: QualityRun): string {
  const decisions = join(scratch, 'decisions.jsonl');
  writeFileSync(decisions, items.map((item) => JSON.stringify(decideItem(item))).join('\n'));
  const evaluated = run('python3', [
    join(directory, 'eval_routing.py'),
    decisions,
    '--data',
    directory,
  ]);
  const speed = run(process.execPath, [join(root, 'packages/routing-rules/bench/decide.bench.ts')]);
  return `${[
    '# Routing quality',
    '',
    'Made by `pnpm bench:routing`, which needs the dev split (2,943 labelled prompts, its evaluator and the decisions of four',
    'rule-based peers) beside the checkout. No prompt of it is in this repository, and no word of the lexicon was taken from',
    `it. Policy ${POLICY.version}, \`${POLICY.hash}\`.`,
    '',
    '## Beside the peers',
    '',
    'Lift in percentage points over a blind mix of lanes at the same cost; APGR 0.5 is random; ECE of the stated confidence.',
    '',
    ...tableOf(evaluated),
    '',
    chatLine(evaluated),
    '',
    ...generalisation(crossValidate(items), items),
    '',
    '## Steadiness',
    '',
    'Share of all dev prompts that an edit moves to another lane.',
    '',
    ...flips(items, HARMLESS_EDITS),
    '',
    'What must buy no lane. A page that is pasted without a blank line, or keywords within the sentence that asks, are part',
    'of the ask and may move it; these are the ways in which they are no part of it:',
    '',
    ...flips(items, PADDING),
    '',
    '## Speed',
    '',
    'Facts and decision for a parsed request, one core of the machine that made this page, in a warm loop:',
    '',
    '```',
    speed.trim(),
    '```',
  ].join('\n')}\n`;
}

const ROWS = [
  'ROUTER',
  'random, same mix',
  'length only, same mix',
  'clawrouter',
  'litellm-heuristic-v2',
  'litellm-heuristic',
  'manifest',
];

/** The evaluator's rows: quality, cost, lift, APGR, ECE. */
function tableOf(evaluated: string): string[] {
  const lines = evaluated.split('\n');
  const rows = ROWS.map((name) => {
    const line = lines.find((each) => each.startsWith(name.padEnd(24)));
    if (line === undefined) throw new Error(`the evaluator printed no row ${name}`);
    const [left = '', right = ''] = line.slice(24).split('|');
    const [quality, cost, , , lift] = left.trim().split(/\s+/);
    const [, , apgr, , , ece] = right.trim().split(/\s+/);
    const shown = name === 'ROUTER' ? '**FluxRouter**' : name;
    return `| ${[shown, quality, cost, lift, apgr, ece].join(' | ')} |`;
  });
  return [
    '| router | quality | cost of always reasoning | lift | APGR | ECE |',
    '|---|---|---|---|---|---|',
    ...rows,
  ];
}

/** Everyday against hard chat: AUC of each. */
function chatLine(evaluated: string): string {
  const line = evaluated.split('\n').find((each) => each.startsWith('chatdiff'));
  if (line === undefined) throw new Error('the evaluator printed no line chatdiff');
  const [, figures = ''] = line.split(': ');
  return `Everyday against hard chat, AUC: ${figures.replace('ROUTER', '**FluxRouter**')}.`;
}

function generalisation(validation: CrossValidation, items: readonly DevItem[]): string[] {
  const row = (name: string, { apgr, chatAuc }: Ranking) =>
    `| ${name} | ${apgr.toFixed(3)} | ${chatAuc.toFixed(3)} |`;
  const shipped = outOfFoldEce(items, foldOfId).toFixed(3);
  const strict = outOfFoldEce(items, (item) => item.source).toFixed(3);
  return [
    '## In and out of sample',
    '',
    'The weights were set by hand, then moved in small steps on this split. So the figures above are in-sample; these say',
    'what is left of them where the weights were moved on other data sets, or not at all.',
    '',
    '| weights | APGR | everyday vs hard chat, AUC |',
    '|---|---|---|',
    row('set by hand, no fit', validation.handSet),
    row('moved on all of it (in sample)', validation.inSample),
    row('out of fold: five folds, no data set in two of them', validation.outOfFold),
    row('out of source: without the whole source', validation.withoutSource),
    '',
    `ECE of a confidence table that is made from other items: ${shipped} (five folds), ${strict} (without the whole source).`,
  ];
}

function flips(items: readonly DevItem[], edits: Readonly<Record<string, Edit>>): string[] {
  const rows = Object.entries(edits).map(([name, edit]) => [name, flipRate(items, edit)] as const);
  const worst = Math.max(...rows.map(([, rate]) => rate));
  const mean = rows.reduce((total, [, rate]) => total + rate, 0) / rows.length;
  return [
    '| edit | moved |',
    '|---|---|',
    ...rows.map(([name, rate]) => `| ${name} | ${rate.toFixed(2)} % |`),
    `| **all: mean, worst** | ${mean.toFixed(2)} %, ${worst.toFixed(2)} % |`,
  ];
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}
