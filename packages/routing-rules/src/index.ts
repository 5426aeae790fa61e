export {
  type ConstraintInput,
  estimateCost,
  findRejection,
  type RejectionReason,
} from './constraints.ts';
export { decide } from './decide.ts';
export type {
  ChainEntry,
  DecideInput,
  DecideResult,
  Decision,
  Profile,
  Refusal,
  RefusalCode,
  RejectedModel,
  RoutorFields,
} from './decision.ts';
export { extractFacts } from './extract-facts.ts';
export {
  HISTORY_TURNS_MAX,
  type ReasoningEffort,
  type RequestFacts,
  type SealedOrigin,
  type TextFacts,
  WORD_FAMILIES,
  type WordFamily,
} from './facts.ts';
export { FEATURES, type FeatureName, type Features, featuresOf } from './features.ts';
export { ALL_HEALTHY, type HealthSnapshot, type HealthState, healthOf } from './health.ts';
export { packFacts, unpackFacts } from './packed-facts.ts';
export {
  buildPolicy,
  CATEGORIES,
  type Category,
  checkPolicy,
  checkPolicyModels,
  type FeatureWeight,
  type Policy,
  type PolicyData,
  policyData,
  TIERS,
  type Tier,
  type TierDefinition,
} from './policy.ts';
export { refuseUnknown } from './refuse.ts';
export { type Assessment, assess, type Contribution } from './score.ts';
