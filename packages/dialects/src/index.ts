export { codecs } from './codecs.ts';
export type * from './dialect.ts';
export { holdsSecrets } from './error-text.ts';
export { isName } from './grammar.ts';
export {
  type ImageAnswer,
  imageBodyId,
  streamedImageAnswer,
  wholeImageAnswer,
} from './openai-images/image-answer.ts';
export {
  type ImageAsk,
  type ImageClientDialect,
  imageAskOf,
  makesImagesIn,
} from './openai-images/image-ask.ts';
export { dialectNames, dialects, isDialectName } from './registry.ts';
export type { Codec, OutEvent, Shown, Target } from './translate/codec.ts';
export { restoreCustomCalls } from './translate/custom-tools.ts';
export { holdsSeal } from './translate/holds-seal.ts';
export { wireText } from './translate/read-wire.ts';
export {
  StreamTranslation,
  type Translated,
} from './translate/stream-translation.ts';
export { mergeUsage, type Usage } from './usage.ts';
export * from './verdict.ts';
