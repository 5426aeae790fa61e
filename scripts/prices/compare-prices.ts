/** USD per 1M tokens as exact decimals; null: none is told. */
export interface TokenPrices {
  readonly input: string | null;
  readonly output: string | null;
  readonly cacheRead: string | null;
  readonly cacheWrite: string | null;
}

export interface CataloguePrice {
  readonly id: string;
  readonly provider: string;
  readonly upstreamModel: string;
  readonly listUsdPer1M: TokenPrices;
}

export interface PriceChange {
  readonly model: string;
  readonly field: keyof TokenPrices;
  readonly from: string | null;
  readonly to: string;
}

export interface PriceComparison {
  readonly changes: readonly PriceChange[];
  /** Models that the other list does not have under their own name. */
  readonly unknown: readonly string[];
}

const FIELDS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;

/** The catalogue's list prices beside another list's. What that one does not tell stays as it is. */
export function comparePrices(
  models: readonly CataloguePrice[],
  lookup: (provider: string, upstreamModel: string) => TokenPrices | null,
): PriceComparison {
  const changes: PriceChange[] = [];
  const unknown: string[] = [];
  for (const { id, provider, upstreamModel, listUsdPer1M } of models) {
    const found = lookup(provider, upstreamModel);
    if (found === null) unknown.push(id);
    else {
      for (const field of FIELDS) {
        const to = found[field];
        const from = listUsdPer1M[field];
        if (to !== null && to !== from) changes.push({ model: id, field, from, to });
      }
    }
  }
  return { changes, unknown };
}

/** The shortest exact decimal of at most six places, which is what a price per 1M tokens may have. */
export function decimalOf(price: number): string {
  return price.toFixed(6).replace(/\.?0+$/, '');
}
