import { type Edit, insertMember, scanObject, wantedNames } from '@fluxrouter/json-splice';
import { readFrame } from '@fluxrouter/sse';
import type { FluxMember } from './dialect.ts';

const NO_NAMES = wantedNames([]);

/** The member goes to the top level of the frame's JSON, in all three dialects. */
export function fluxMemberEdit(frame: Buffer, member: FluxMember): Edit | null {
  const { data } = readFrame(frame, 0, frame.length);
  // Data of several lines is a copy, whose positions are not the frame's.
  if (data === null || data.buffer !== frame.buffer) return null;
  const offset = data.byteOffset - frame.byteOffset;
  if (offset < 0 || offset + data.length > frame.length) return null;
  const scan = scanObject(data, { wanted: NO_NAMES, maxDepth: 1000 });
  if (!scan.ok) return null;
  const edit = insertMember(
    scan,
    'flux',
    JSON.stringify({
      cost_usd: member.costUsd,
      model: member.model,
      request_id: member.requestId,
    }),
  );
  return { ...edit, start: edit.start + offset, end: edit.end + offset };
}
