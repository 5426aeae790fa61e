export {
  editMembers,
  insertMember,
  type NewMember,
  removeMember,
  replaceValue,
} from './edit-object.ts';
export { indexOfString, type WantedNames, wantedNames } from './names.ts';
export { type Span, scanArray } from './scan-array.ts';
export { scanMembers, spansFor } from './scan-members.ts';
export {
  type MemberSpan,
  memberOf,
  type ObjectScan,
  type ScanFailure,
  type ScanOptions,
  scanObject,
} from './scan-object.ts';
export { skipString, skipValue, skipWhitespace } from './skip.ts';
export { type Edit, splice } from './splice.ts';
