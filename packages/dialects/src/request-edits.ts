import {
  type Edit,
  editMembers,
  type MemberSpan,
  memberOf,
  type NewMember,
  replaceValue,
} from '@fluxrouter/json-splice';
import type { RequestReading, RequestWishes } from './dialect.ts';
import { routorSpans } from './routor-fields.ts';

/**
 * The splices that the dialects share: our own members out, the limit on output lowered.
 * `extra` is what else the dialect adds.
 */
export function sharedEdits(
  reading: RequestReading,
  wishes: RequestWishes,
  maxTokensFields: readonly string[],
  extra?: { readonly edits: readonly Edit[]; readonly insert: readonly NewMember[] },
): Edit[] {
  const insert: NewMember[] = extra === undefined ? [] : [...extra.insert];
  const edits: Edit[] = extra === undefined ? [] : [...extra.edits];
  if (wishes.maxTokens !== undefined)
    lowerMaxTokens(reading, wishes, maxTokensFields, edits, insert);
  const remove: readonly MemberSpan[] = routorSpans(reading);
  if (remove.length > 0 || insert.length > 0)
    edits.push(...editMembers(reading.scan, remove, insert));
  return edits;
}

function lowerMaxTokens(
  reading: RequestReading,
  wishes: RequestWishes,
  fields: readonly string[],
  edits: Edit[],
  insert: NewMember[],
): void {
  const limit = wishes.maxTokens as number;
  let present = false;
  for (const field of fields) {
    const span = memberOf(reading.scan, field);
    if (span === undefined) continue;
    const sent = reading.parsed[field];
    if (typeof sent === 'number') {
      present = true;
      if (sent > limit) edits.push(replaceValue(span, String(limit)));
    } else if (!present && field === (wishes.maxTokensField ?? fields[0])) {
      present = true;
      edits.push(replaceValue(span, String(limit))); // it was null
    }
  }
  if (present) return;
  const name = wishes.maxTokensField ?? (fields[0] as string);
  const span = memberOf(reading.scan, name);
  if (span !== undefined) edits.push(replaceValue(span, String(limit)));
  else insert.push({ name, json: String(limit) });
}
