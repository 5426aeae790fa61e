/**
 * The catalogue's list prices beside those of @pydantic/genai-prices. Run: node scripts/check-prices.ts [--write]
 * Prints each difference; `--write` takes them over into packages/catalogue/data/models.json. Look at every line before
 * you commit it: a changed price changes what people pay. docs/catalogue.md says what follows.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { calcPrice } from '@pydantic/genai-prices';
import {
  type CataloguePrice,
  comparePrices,
  decimalOf,
  type TokenPrices,
} from './prices/compare-prices.ts';
import { repositoryRoot, requireNode24 } from './process/repository.ts';

requireNode24();
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const path = join(repositoryRoot, 'packages/catalogue/data/models.json');
const data = JSON.parse(readFileSync(path, 'utf8')) as { models: CataloguePrice[] };

const { changes, unknown } = comparePrices(data.models, listed);
for (const { model, field, from, to } of changes) {
  console.log(`${model}  ${field}  ${from ?? 'none'} → ${to}`);
}
console.log(`${changes.length} differences; not in the list: ${unknown.join(', ') || 'none'}`);
if (values.write) {
  const models = data.models.map((model) => ({
    ...model,
    listUsdPer1M: {
      ...model.listUsdPer1M,
      ...Object.fromEntries(
        changes.filter((each) => each.model === model.id).map(({ field, to }) => [field, to]),
      ),
    },
  }));
  writeFileSync(path, `${JSON.stringify({ ...data, models }, null, 2)}\n`);
  console.log(`${path} is written; run pnpm format`);
}

/** Only under its very name: the list guesses at names, and a guess is no price. */
function listed(provider: string, upstreamModel: string): TokenPrices | null {
  const found = calcPrice({ input_tokens: 1 }, upstreamModel, { providerId: provider });
  if (found === null || !sameName(found.model.id, upstreamModel)) return null;
  const { model_price: price } = found;
  return {
    input: decimal(price.input_mtok),
    output: decimal(price.output_mtok),
    cacheRead: decimal(price.cache_read_mtok),
    cacheWrite: decimal(price.cache_write_mtok),
  };
}

/** Tiers are by length of the context; the catalogue has the first. */
function decimal(price: number | { readonly base: number } | undefined): string | null {
  if (price === undefined) return null;
  return decimalOf(typeof price === 'number' ? price : price.base);
}

function sameName(a: string, b: string): boolean {
  const bare = (name: string) => name.toLowerCase().replaceAll('.', '-');
  return bare(a) === bare(b);
}
