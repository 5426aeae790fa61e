import type { MemberSpan, ObjectScan } from './scan-object.ts';
import type { Edit } from './splice.ts';

/** A member to add; `json` is the value's JSON text. */
export interface NewMember {
  readonly name: string;
  readonly json: string;
}

/** Replaces a member's value by that JSON text. */
export function replaceValue(member: MemberSpan, json: string): Edit {
  return { start: member.valueStart, end: member.valueEnd, replacement: json };
}

/** Inserts a member before the closing brace. */
export function insertMember(scan: ObjectScan, name: string, json: string): Edit {
  return insertion(scan, [{ name, json }], scan.empty);
}

/** Removes one member with the comma that belongs to it. For several, use `editMembers`. */
export function removeMember(member: MemberSpan): Edit {
  return removal(member, member);
}

/**
 * Removes and inserts members of one object together, so that the commas come out right whichever
 * neighbours go at the same time.
 */
export function editMembers(
  scan: ObjectScan,
  remove: readonly MemberSpan[],
  insert: readonly NewMember[],
): Edit[] {
  const edits: Edit[] = [];
  const sorted = remove.length < 2 ? remove : [...remove].sort((a, b) => a.nameStart - b.nameStart);
  for (let i = 0; i < sorted.length; i++) {
    const first = sorted[i] as MemberSpan;
    let last = first;
    // Neighbours share a comma: a run of them goes as one.
    while (last.commaAfter >= 0 && sorted[i + 1]?.commaBefore === last.commaAfter) {
      i++;
      last = sorted[i] as MemberSpan;
    }
    edits.push(removal(first, last));
  }
  if (insert.length > 0) {
    edits.push(insertion(scan, insert, scan.memberCount === remove.length));
  }
  return edits;
}

function removal(first: MemberSpan, last: MemberSpan): Edit {
  if (first.commaBefore >= 0) {
    return { start: first.commaBefore, end: last.valueEnd, replacement: '' };
  }
  const end = last.commaAfter >= 0 ? last.commaAfter + 1 : last.valueEnd;
  return { start: first.nameStart, end, replacement: '' };
}

function insertion(scan: ObjectScan, members: readonly NewMember[], alone: boolean): Edit {
  const at = scan.objectEnd - 1;
  let text = '';
  for (const { name, json } of members) {
    text += `${alone && text === '' ? '' : ','}${JSON.stringify(name)}:${json}`;
  }
  return { start: at, end: at, replacement: text };
}
