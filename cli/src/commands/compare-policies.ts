import { buildCatalogue, type Catalogue, type Dialect } from '@fluxrouter/catalogue';
import {
  buildRateCard,
  lookupRow,
  parseUsd,
  priceUsage,
  type RateCard,
  rateCardDefinitions,
} from '@fluxrouter/pricing';
import {
  buildPolicy,
  decide,
  type HealthState,
  type Policy,
  type PolicyData,
  unpackFacts,
} from '@fluxrouter/routing-rules';

/** Of a request's record what a replay needs. */
export interface ReplayedRecord {
  readonly profile: string | null;
  readonly tier: string | null;
  readonly lane: string | null;
  readonly dialect: string;
  readonly routedModel: string | null;
  readonly model: string | null;
  readonly rateCard: string | null;
  readonly reasons: readonly string[];
  readonly facts: readonly number[];
  readonly health: Readonly<Record<string, HealthState>>;
  readonly costUsd: string;
  readonly usage: {
    readonly input: number | null;
    readonly cacheRead: number | null;
    readonly cacheWrite5m: number | null;
    readonly cacheWrite1h: number | null;
    readonly output: number | null;
  };
}

export interface PolicyComparison {
  readonly policies: { readonly ours: string; readonly other: string };
  readonly requests: number;
  /** Not decided by the score, or kept without facts: counted with what they cost, in both columns alike. */
  readonly notReplayed: number;
  /** Replayed and of another lane, or first model, than they had. */
  readonly laneMoved: number;
  readonly modelMoved: number;
  readonly lanes: Readonly<Record<string, { readonly today: number; readonly other: number }>>;
  readonly tiers: Readonly<Record<string, { readonly today: number; readonly other: number }>>;
  readonly costPicoUsd: { readonly today: bigint; readonly other: bigint };
}

/**
 * Decides past requests again under another policy, from the facts in their records: what the mix of lanes and tiers and
 * the cost would have been, the tokens being the same. A request that the policy leaves where it was costs what it did.
 */
export function comparePolicies(
  records: readonly ReplayedRecord[],
  otherData: PolicyData,
  servable: (model: string) => boolean,
): PolicyComparison {
  const catalogue = buildCatalogue();
  const cards = new Map(
    rateCardDefinitions.map((definition) => {
      const card = buildRateCard(definition, [...catalogue.models.values()]);
      return [card.version, card] as const;
    }),
  );
  const other = buildPolicy(otherData);
  const lanes: Record<string, { today: number; other: number }> = {};
  const tiers: Record<string, { today: number; other: number }> = {};
  const cost = { today: 0n, other: 0n };
  let notReplayed = 0;
  let laneMoved = 0;
  let modelMoved = 0;
  for (const record of records) {
    const paid = parseUsd(record.costUsd);
    const card = cards.get(record.rateCard ?? '');
    const again =
      card === undefined ? null : replay(record, { catalogue, policy: other, card, servable });
    const lane = again?.lane ?? record.lane;
    const tier = again?.tier ?? record.tier;
    if (again === null || card === undefined) notReplayed++;
    if (lane !== record.lane) laneMoved++;
    count(lanes, record.lane, 'today');
    count(lanes, lane, 'other');
    count(tiers, record.tier, 'today');
    count(tiers, tier, 'other');
    cost.today += paid;
    const moved = again !== null && again.model !== record.routedModel;
    if (moved) modelMoved++;
    cost.other += moved && card !== undefined ? priceOf(record, again.model, card) : paid;
  }
  return {
    policies: { ours: buildPolicy().hash, other: other.hash },
    ...{ requests: records.length, notReplayed, laneMoved, modelMoved },
    ...{ lanes, tiers, costPicoUsd: cost },
  };
}

interface ReplayWith {
  readonly catalogue: Catalogue;
  readonly policy: Policy;
  readonly card: RateCard;
  servable(model: string): boolean;
}

/** Null: the score did not decide it. */
function replay(record: ReplayedRecord, { catalogue, policy, card, servable }: ReplayWith) {
  const facts = unpackFacts(record.facts);
  const given = record.reasons.some((reason) => /^(routor|kept_id)\./.test(reason));
  if (record.profile !== 'auto' || record.lane === 'image' || facts === null || given) return null;
  const result = decide({
    facts,
    requested: { kind: 'auto' },
    dialect: record.dialect as Dialect,
    catalogue,
    rateCard: card,
    policy,
    health: { providers: {}, models: record.health },
    servable,
  });
  if (!result.ok) return null;
  const { lane, tier, routedModel } = result.decision;
  return { lane, tier, model: routedModel };
}

/** Pico-USD of the tokens that were used, at another model's row. */
function priceOf({ usage }: ReplayedRecord, model: string, card: RateCard): bigint {
  const row = lookupRow(card, model);
  if (row === undefined) return 0n;
  const used = Object.fromEntries(
    Object.entries(usage).filter(([, tokens]) => typeof tokens === 'number'),
  );
  return priceUsage(used as Parameters<typeof priceUsage>[0], row).total;
}

function count(
  into: Record<string, { today: number; other: number }>,
  name: string | null,
  column: 'today' | 'other',
): void {
  const key = name ?? '–';
  const row = into[key] ?? { today: 0, other: 0 };
  row[column]++;
  into[key] = row;
}
