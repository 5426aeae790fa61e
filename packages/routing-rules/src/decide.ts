import type { Lane, Model } from '@fluxrouter/catalogue';
import {
  type ConstraintInput,
  findRejection,
  isTightFit,
  type RejectionReason,
} from './constraints.ts';
import type { DecideInput, DecideResult, Decision, Profile } from './decision.ts';
import { HEALTH_RANKS, type HealthState, healthOf, healthRank } from './health.ts';
import type { Tier } from './policy.ts';
import { refuseImage, refuseRejected, refuseUnknown } from './refuse.ts';
import {
  type Assessment,
  assess,
  type Contribution,
  compareTiers,
  tierDefinition,
} from './score.ts';

interface Plan {
  readonly profile: Profile;
  readonly tier: Tier;
  readonly lane: Lane;
  /** Lanes to look for models in, in this order; the later ones only where the ones before have none. */
  readonly lanes: readonly Lane[];
  readonly reasons: readonly string[];
}

interface Selection {
  readonly lane: Lane;
  /** The chain. */
  readonly models: readonly Model[];
  /** All that could serve, of which the chain is the first few. */
  readonly ordered: readonly Model[];
  readonly rejected: readonly { readonly model: Model; readonly reason: RejectionReason }[];
  /** Comes first because it sealed the reasoning of a tool turn. */
  readonly sealer?: string;
}

/**
 * Which models, in which order, and why: a pure function of its input, the one that serves and the one that explains.
 * Hard constraints choose who may serve, the score chooses the lane, health the order within it.
 */
export function decide(asked: DecideInput): DecideResult {
  const { requested } = asked;
  if (requested.kind === 'unknown') return { ok: false, refusal: refuseUnknown(requested.nearest) };
  const image = asksForImages(asked);
  if (image ? asked.dialect === 'anthropic-messages' : asked.dialect === 'openai-images') {
    return { ok: false, refusal: refuseImage(asked) };
  }
  // Named in a chat or responses call, an image model is asked at its images endpoint all the same.
  const input: DecideInput = image ? { ...asked, dialect: 'openai-images' } : asked;
  const assessment = assess(input.facts, input.policy);
  const plan = planRequest(input, assessment);
  const selection =
    requested.kind === 'pin'
      ? selectPin(requested.model, input)
      : sealFirst(selectFromLanes(plan, input), input);
  if (selection.models.length === 0) {
    return { ok: false, refusal: refuseRejected(selection.rejected, input) };
  }
  return { ok: true, decision: explain(input, assessment, plan, selection) };
}

/** `flux-auto` on the images path means the image lane. */
function asksForImages({ requested, dialect }: DecideInput): boolean {
  switch (requested.kind) {
    case 'lane':
      return requested.lane === 'image';
    case 'pin':
      return requested.model.lane === 'image';
    default:
      return dialect === 'openai-images';
  }
}

function planRequest(input: DecideInput, assessment: Assessment): Plan {
  const { requested, routor = {}, policy, dialect } = input;
  const reasons: string[] = [];
  let tier = assessment.tier;
  if (requested.kind === 'pin') {
    return { profile: 'direct', tier, lane: requested.model.lane, lanes: [], reasons };
  }
  if (requested.kind === 'lane') {
    return { profile: 'tier', tier, lane: requested.lane, lanes: [requested.lane], reasons };
  }
  if (dialect === 'openai-images') {
    return { profile: 'auto', tier, lane: 'image', lanes: ['image'], reasons };
  }
  if (routor.tier !== undefined) {
    tier = routor.tier;
    reasons.push(`routor.tier:${tier}`);
  } else {
    if (routor.tierFloor !== undefined && compareTiers(tier, routor.tierFloor) < 0) {
      tier = routor.tierFloor;
      reasons.push(`routor.floor:${tier}`);
    }
    if (routor.tierCeiling !== undefined && compareTiers(tier, routor.tierCeiling) > 0) {
      tier = routor.tierCeiling;
      reasons.push(`routor.ceiling:${tier}`);
    }
  }
  const lane = tierDefinition(tier, policy).lane;
  const profile = routor.tier === undefined ? 'auto' : 'tier';
  return { profile, tier, lane, lanes: LANE_DETOURS[lane], reasons };
}

/** Where a lane has nobody who can serve a request: rather a better model than a worse one. */
const LANE_DETOURS: Readonly<Record<Exclude<Lane, 'image'>, readonly Lane[]>> = {
  fast: ['fast', 'standard', 'reasoning'],
  standard: ['standard', 'reasoning', 'fast'],
  reasoning: ['reasoning', 'standard', 'fast'],
};

/** Exactly this model or none. */
function selectPin(model: Model, input: DecideInput): Selection {
  const reason = findRejection(model, constraintsOf(input));
  return reason === null
    ? { lane: model.lane, models: [model], ordered: [model], rejected: [] }
    : { lane: model.lane, models: [], ordered: [], rejected: [{ model, reason }] };
}

/**
 * A tool turn that is under way stays with the model that sealed its reasoning, whatever lane the
 * request would go to: every other one refuses the seal.
 */
function sealFirst(selection: Selection, input: DecideInput): Selection {
  const { originModel } = input.facts;
  const sealer = originModel === null ? undefined : input.catalogue.models.get(originModel);
  if (sealer === undefined || sealer.lane === 'image') return selection;
  if (findRejection(sealer, constraintsOf(input)) !== null) return selection;
  const others = selection.ordered.filter((model) => model !== sealer);
  const ordered = [sealer, ...others];
  return {
    ...selection,
    ordered,
    models: chainOf(ordered, input),
    sealer: sealer.id,
  };
}

function selectFromLanes(plan: Plan, input: DecideInput): Selection {
  const constraints = constraintsOf(input);
  const rejected: { model: Model; reason: RejectionReason }[] = [];
  for (const lane of plan.lanes) {
    const models: Model[] = [];
    for (const model of candidates(lane, plan, input)) {
      const reason = findRejection(model, constraints);
      if (reason === null) models.push(model);
      else if (!rejected.some((entry) => entry.model === model)) rejected.push({ model, reason });
    }
    if (models.length > 0) {
      const ordered = inOrder(models, input, tierDefault(plan, lane, input));
      return { lane, models: chainOf(ordered, input), ordered, rejected };
    }
  }
  return { lane: plan.lane, models: [], ordered: [], rejected };
}

/**
 * The first of them, and among these one who speaks the client's dialect: some requests can be told to
 * nobody else (a tool of Anthropic's own, `previous_response_id`), and an ailing model still may answer.
 */
function chainOf(
  ordered: readonly Model[],
  { policy: { chainMax }, dialect }: DecideInput,
): readonly Model[] {
  const chain = ordered.slice(0, chainMax);
  if (chain.length === ordered.length) return chain;
  const speaks = (model: Model): boolean => model.dialects.includes(dialect);
  const native = chain.some(speaks) ? undefined : ordered.find(speaks);
  return native === undefined ? chain : [...chain.slice(0, -1), native];
}

/** The tier's own default, if it names one, then the lane's chain. */
function candidates(lane: Lane, plan: Plan, input: DecideInput): readonly Model[] {
  const models = input.catalogue.laneModels.get(lane) ?? [];
  const first = tierDefault(plan, lane, input);
  return first === undefined ? models : [first, ...models.filter((model) => model !== first)];
}

function tierDefault(
  plan: Plan,
  lane: Lane,
  { catalogue, policy }: DecideInput,
): Model | undefined {
  const own =
    plan.profile === 'auto' && lane === plan.lane && lane !== 'image'
      ? tierDefinition(plan.tier, policy).defaultModel
      : undefined;
  return own === undefined ? undefined : catalogue.models.get(own);
}

/**
 * Who surely fits before who may fit, the healthy before the ailing, who speaks the client's dialect
 * before who has to be translated for (a tier's own default has its place all the same); else as the
 * lane has them.
 */
function inOrder(
  models: readonly Model[],
  { facts, health, dialect }: DecideInput,
  first: Model | undefined,
): readonly Model[] {
  const rankOf = (model: Model): number => {
    const fit = (isTightFit(facts, model) ? HEALTH_RANKS : 0) + healthRank(healthOf(model, health));
    const isForeign = model !== first && !model.dialects.includes(dialect);
    return 2 * fit + (isForeign ? 1 : 0);
  };
  // Nearly always: nothing to reorder.
  if (models.every((model) => rankOf(model) === 0)) return models;
  const ranked = models.map((model) => ({ model, rank: rankOf(model) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ model }) => model);
}

function constraintsOf({
  facts,
  rateCard,
  servable,
  requested,
  routor,
}: DecideInput): ConstraintInput {
  const isPinned = requested.kind === 'pin';
  return { facts, rateCard, servable, isPinned, maxCost: routor?.maxCost };
}

function explain(
  input: DecideInput,
  assessment: Assessment,
  plan: Plan,
  selection: Selection,
): Decision {
  const chain = selection.models.map(({ id, provider, upstreamModel }) => ({
    model: id,
    provider,
    upstreamModel,
  }));
  const ailing: Record<string, HealthState> = {};
  for (const model of selection.ordered) {
    const state = healthOf(model, input.health);
    if (state !== 'healthy') ailing[model.id] = state;
  }
  return {
    profile: plan.profile,
    tier: plan.tier,
    lane: selection.lane,
    category: selection.lane === 'image' ? 'image' : assessment.category,
    score: assessment.score,
    confidence: assessment.confidence,
    method: 'rules',
    policy: input.policy.hash,
    rateCardVersion: input.rateCard.version,
    catalogueVersion: input.catalogue.version,
    reasons: reasonsOf(assessment, plan, selection, ailing),
    contributions: assessment.contributions,
    chain,
    rejected: selection.rejected.map(({ model, reason }) => ({ model: model.id, reason })),
    routedModel: chain[0]?.model ?? '',
    historyFloor: assessment.historyFloor,
    health: ailing,
  };
}

/** Numbers take long to write and are few: kept, by name and thousandths. */
const texts = new Map<string, Map<number, string>>();
/** Of one name; a policy's caps bound them well below. */
const TEXTS_MAX = 10_000;

function contributionText({ name, value }: Contribution): string {
  let known = texts.get(name);
  if (known === undefined || known.size >= TEXTS_MAX) {
    known = new Map();
    texts.set(name, known);
  }
  const thousandths = Math.round(1000 * value);
  let text = known.get(thousandths);
  if (text === undefined) {
    text = `${name}:${value}`;
    known.set(thousandths, text);
  }
  return text;
}

/** Codes of a closed list with numbers: what moved the score, then what moved the choice. */
function reasonsOf(
  assessment: Assessment,
  plan: Plan,
  selection: Selection,
  ailing: Readonly<Record<string, HealthState>>,
): string[] {
  const reasons = assessment.contributions.map(contributionText);
  if (assessment.historyFloor !== null) reasons.push(`history.floor:${assessment.historyFloor}`);
  reasons.push(...plan.reasons, `tier:${plan.tier}`, `lane:${selection.lane}`);
  if (selection.lane !== plan.lane) reasons.push(`lane.moved:${plan.lane}`);
  if (selection.sealer !== undefined) reasons.push(`seal.model:${selection.sealer}`);
  for (const [model, state] of Object.entries(ailing)) reasons.push(`health.${state}:${model}`);
  return reasons;
}
