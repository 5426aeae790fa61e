import { divideHalfEven, parseUsd, parseUsdPerMillion } from './money.ts';

/** The lanes of the price list. A catalogue model belongs to one. */
export type PricedLane = 'fast' | 'standard' | 'reasoning' | 'image';

/** A vendor's list price as exact decimals: USD per 1M tokens, `perImage` in USD. null: not listed. */
export interface ListPrice {
  readonly input: string | null;
  readonly output: string | null;
  readonly cacheRead: string | null;
  readonly cacheWrite: string | null;
  readonly perImage: string | null;
}

/** What pricing needs to know of a model. */
export interface PricedModel {
  readonly id: string;
  readonly lane: PricedLane;
  readonly listUsdPer1M: ListPrice;
}

/** Pico-USD per token; `images` pico-USD per image. null: no price, so nothing of that unit may be served. */
export interface RateRow {
  readonly modelId: string;
  readonly lane: PricedLane;
  readonly input: bigint | null;
  readonly cacheRead: bigint | null;
  readonly cacheWrite5m: bigint | null;
  readonly cacheWrite1h: bigint | null;
  readonly output: bigint | null;
  readonly images: bigint | null;
}

/** The least that a lane costs, pico-USD per token. */
export interface LaneFloor {
  readonly input: bigint;
  readonly output: bigint;
}

/**
 * The row of a model under a lane floor ("starts at"): input and output are the larger of floor and list price;
 * cache prices keep the ratio of their list price to list input, one that is not listed costs as input,
 * a 1 h cache write twice the input. Images cost their list price.
 */
export function laneRow(model: PricedModel, floor: LaneFloor): RateRow {
  const list = listRates(model);
  const input = largerOf(list.input, floor.input);
  return row(model, input, largerOf(list.output, floor.output), list.images);
}

/** The row of a model at its list price times `1 + markup`; `markupMillionths` 50,000 is 5 %. */
export function markedUpRow(model: PricedModel, markupMillionths: bigint): RateRow {
  const list = listRates(model);
  const marked = (rate: bigint | null) =>
    rate === null ? null : divideHalfEven(rate * (1_000_000n + markupMillionths), 1_000_000n);
  return row(model, marked(list.input), marked(list.output), marked(list.images));
}

/** The list price itself: what `directCostUsd` and the baseline of the savings are made from. */
export function listRow(model: PricedModel): RateRow {
  return markedUpRow(model, 0n);
}

/** False where the unit that the model exists for (images, or tokens in and out) has no price: listed, not served. */
export function isPriced(row: RateRow): boolean {
  return row.lane === 'image' ? row.images !== null : row.input !== null && row.output !== null;
}

function row(
  model: PricedModel,
  input: bigint | null,
  output: bigint | null,
  images: bigint | null,
): RateRow {
  return Object.freeze({
    modelId: model.id,
    lane: model.lane,
    input,
    cacheRead: cacheRate(model, input, model.listUsdPer1M.cacheRead),
    cacheWrite5m: cacheRate(model, input, model.listUsdPer1M.cacheWrite),
    cacheWrite1h: input === null ? null : 2n * input,
    output,
    images,
  });
}

/** rate = row input × (listed cache price ÷ list input), rounded once, half-even, to a whole pico-USD a token. */
function cacheRate(model: PricedModel, input: bigint | null, listed: string | null): bigint | null {
  const listInput = model.listUsdPer1M.input;
  if (input === null || listed === null || listInput === null) return input;
  const base = parseUsdPerMillion(listInput);
  if (base === 0n) return input;
  return divideHalfEven(input * parseUsdPerMillion(listed), base);
}

function listRates(model: PricedModel) {
  const { input, output, perImage } = model.listUsdPer1M;
  return {
    input: input === null ? null : parseUsdPerMillion(input),
    output: output === null ? null : parseUsdPerMillion(output),
    images: perImage === null ? null : parseUsd(perImage),
  };
}

function largerOf(list: bigint | null, floor: bigint): bigint | null {
  if (list === null) return null;
  return list > floor ? list : floor;
}
