export {
  generateKey,
  hashKey,
  isWellFormedKey,
  type KeyKind,
  keyKind,
  keyPrefixForDisplay,
  pepperFromText,
} from './key.ts';
