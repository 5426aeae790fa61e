import { featuresOfItem, WEIGHTS } from './decisions.ts';
import type { DevItem } from './dev-set.ts';
import handSet from './hand-set-weights.json' with { type: 'json' };

/**
 * Weights chosen on one part of the dev split and measured on the other. The fit only moves weights that were set by
 * hand, by steps, within a third and three times of what they were, and pays for each move; it knows no words.
 */
const FOLDS = 5;
const ROUNDS = 4;
const STEPS = [0.7, 0.85, 1.15, 1.3];
const BOUNDS = { min: 0.3, max: 3 };
const MOVE_PRICE = 0.002;
/** Trivial asks and greetings are not in the data: nothing there may move their weights. */
const FIXED = ['ask.trivial', 'ask.greeting'];
/** More than these is not sought: what goes beyond is likely chance. */
const APGR_ENOUGH = 0.562;
const AUC_ENOUGH = 0.904;

export interface Ranking {
  /** PGR averaged over all shares of calls to reasoning (RouteLLM). */
  readonly apgr: number;
  /** Everyday against hard chat. */
  readonly chatAuc: number;
}

export interface CrossValidation {
  readonly handSet: Ranking;
  readonly inSample: Ranking;
  /** Five folds, no data set (MMLU subject, topic of chat) in two of them. */
  readonly outOfFold: Ranking;
  /** Each source measured by weights that were fitted without it. */
  readonly withoutSource: Ranking;
}

interface Row {
  readonly values: Float64Array;
  readonly target: number;
  readonly isChat: boolean;
  readonly group: string;
  readonly source: string;
}

const NAMES = Object.keys(handSet) as (keyof typeof handSet)[];
const START = Float64Array.from(NAMES, (name) => handSet[name]);

export function crossValidate(items: readonly DevItem[]): CrossValidation {
  const rows = items.map(rowOf);
  const groups = [...new Set(rows.map((row) => row.group))].sort();
  const foldOf = new Map(groups.map((group) => [group, hash(group) % FOLDS]));
  const fitted = fit(rows);
  const scoresBy = (partOf: (row: Row) => string | number): Float64Array => {
    const scores = new Float64Array(rows.length);
    for (const part of new Set(rows.map(partOf))) {
      const weights = fit(rows.filter((row) => partOf(row) !== part));
      rows.forEach((row, i) => {
        if (partOf(row) === part) scores[i] = dot(row.values, weights);
      });
    }
    return scores;
  };
  return {
    handSet: rank(rows, scoreAll(rows, START)),
    inSample: rank(rows, scoreAll(rows, fitted)),
    outOfFold: rank(
      rows,
      scoresBy((row) => foldOf.get(row.group) ?? 0),
    ),
    withoutSource: rank(
      rows,
      scoresBy((row) => row.source),
    ),
  };
}

function rowOf(item: DevItem): Row {
  const features = featuresOfItem(item);
  const values = Float64Array.from(NAMES, (name) => {
    const weight = WEIGHTS.find(({ feature }) => feature === name);
    if (weight === undefined || weight.weight === 0) return 0;
    const most = weight.cap / Math.abs(weight.weight);
    return Math.max(-most, Math.min(most, features[weight.feature]));
  });
  const isChat = item.q === undefined;
  const target = item.q === undefined ? (item.hard === 1 ? 1 : -1) : item.q.reasoning - item.q.fast;
  const isTopic = item.source === 'mmlu' || (isChat && item.hard === 1);
  const group = `${item.source}/${isTopic ? item.category : item.id}`;
  return { values, target, isChat, group, source: item.source };
}

function fit(rows: readonly Row[]): Float64Array {
  const weights = START.slice();
  let best = worth(rows, weights);
  for (let round = 0; round < ROUNDS; round++) {
    NAMES.forEach((name, j) => {
      if (FIXED.includes(name)) return;
      for (const step of STEPS) {
        const before = weights[j] ?? 0;
        const moved = before * step;
        const ratio = moved / (START[j] ?? 1);
        if (ratio < BOUNDS.min || ratio > BOUNDS.max) continue;
        weights[j] = moved;
        const now = worth(rows, weights);
        if (now > best + 1e-6) best = now;
        else weights[j] = before;
      }
    });
  }
  return weights;
}

function worth(rows: readonly Row[], weights: Float64Array): number {
  const { apgr, chatAuc } = rank(rows, scoreAll(rows, weights));
  let moves = 0;
  weights.forEach((weight, j) => {
    moves += Math.log(weight / (START[j] ?? 1)) ** 2;
  });
  const auc = Number.isNaN(chatAuc) ? 0 : chatAuc;
  const pgr = Number.isNaN(apgr) ? 0 : apgr;
  return 10 * Math.min(pgr, APGR_ENOUGH) + 8 * Math.min(auc, AUC_ENOUGH) - MOVE_PRICE * moves;
}

function rank(rows: readonly Row[], scores: Float64Array): Ranking {
  const of = (isChat: boolean) =>
    rows.flatMap((row, i) =>
      row.isChat === isChat ? [{ score: scores[i] ?? 0, target: row.target }] : [],
    );
  return { apgr: apgrOf(of(false)), chatAuc: aucOf(of(true)) };
}

type Scored = readonly { readonly score: number; readonly target: number }[];

/** Of the gain that reasoning brings, the share that calls in the order of the score have had, on average. */
function apgrOf(items: Scored): number {
  let gain = 0;
  let weighted = 0;
  const ranks = midRanks(items);
  items.forEach(({ target }, i) => {
    gain += target;
    weighted += (target * ((ranks[i] ?? 0) - 0.5)) / items.length;
  });
  return weighted / gain;
}

/** Mann-Whitney, ties at half. */
function aucOf(items: Scored): number {
  const ranks = midRanks(items);
  let hard = 0;
  let sum = 0;
  items.forEach(({ target }, i) => {
    if (target <= 0) return;
    hard++;
    sum += ranks[i] ?? 0;
  });
  return (sum - (hard * (hard + 1)) / 2) / (hard * (items.length - hard));
}

function midRanks(items: Scored): Float64Array {
  const order = items.map((_, i) => i).sort((a, b) => scoreOf(items, a) - scoreOf(items, b));
  const ranks = new Float64Array(items.length);
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && scoreOf(items, order[end]) === scoreOf(items, order[i])) end++;
    for (let k = i; k < end; k++) ranks[order[k] ?? 0] = (i + 1 + end) / 2;
    i = end;
  }
  return ranks;
}

function scoreOf(items: Scored, index: number | undefined): number {
  return items[index ?? 0]?.score ?? 0;
}

function scoreAll(rows: readonly Row[], weights: Float64Array): Float64Array {
  return Float64Array.from(rows, ({ values }) => dot(values, weights));
}

/** Rounded as scores are: ties are ties. */
function dot(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) * (weights[i] ?? 0);
  return Math.round(sum * 1000) / 1000;
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return value >>> 8;
}
