import type { Catalogue } from './catalogue.ts';
import type { Lane, Model } from './catalogue-data.ts';
import { editDistance } from './edit-distance.ts';
import { AUTO_ALIAS, type NameTarget, PIN_PREFIX } from './name-index.ts';

/** What the model name of a request stands for. `unknown.nearest`: three ids, nearest first, then `flux-auto`. */
export type ResolvedName =
  | { readonly kind: 'auto' }
  | { readonly kind: 'lane'; readonly lane: Lane }
  | { readonly kind: 'pin'; readonly model: Model }
  | { readonly kind: 'unknown'; readonly nearest: readonly string[] };

export interface ResolveOptions {
  /** Only models that this deployment can serve are worth naming to somebody who mistyped one. Default: all. */
  readonly servable?: (modelId: string) => boolean;
}

const NAME_LENGTH_MAX = 128;
const SUGGESTION_COUNT = 3;
/** Twice the longest id: what comes after it tells nothing about which id was meant. */
const COMPARED_LENGTH_MAX = 48;

/**
 * Exact names first, then without regard to (ASCII) case, then both again without a dated snapshot's `-YYYYMMDD`
 * or `-YYYY-MM-DD`. A name outside `[A-Za-z0-9._:/@-]{1,128}` is unknown, whatever it resembles.
 */
export function resolveModelName(
  catalogue: Catalogue,
  sent: string,
  options: ResolveOptions = {},
): ResolvedName {
  const target = isModelName(sent) ? findTarget(catalogue, sent) : undefined;
  if (target === undefined)
    return { kind: 'unknown', nearest: nearestNames(catalogue, sent, options) };
  if (target.kind !== 'pin') return target;
  const model = catalogue.models.get(target.modelId);
  if (model === undefined) throw new Error(`the name index points at no model: ${target.modelId}`);
  return { kind: 'pin', model };
}

/** Whether a text may be a model name at all, and so may be kept in a record and sent in a header. */
export function isModelName(text: string): boolean {
  if (text.length === 0 || text.length > NAME_LENGTH_MAX) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    // "-./" and the digits and ":" are neighbours in ASCII, "@" and "_" stand alone.
    if (!letter && !(code >= 45 && code <= 58) && code !== 64 && code !== 95) return false;
  }
  return true;
}

function findTarget(catalogue: Catalogue, sent: string): NameTarget | undefined {
  const { exact, folded } = catalogue.names;
  const target = exact.get(sent) ?? folded.get(sent.toLowerCase());
  if (target !== undefined) return target;
  const undated = withoutSnapshotDate(sent);
  return undated === undefined ? undefined : pinOnly(folded.get(undated.toLowerCase()));
}

/** `flux-auto-20250101` is no snapshot of anything. */
function pinOnly(target: NameTarget | undefined): NameTarget | undefined {
  return target?.kind === 'pin' ? target : undefined;
}

function withoutSnapshotDate(name: string): string | undefined {
  return withoutDateLike(name, '-20######') ?? withoutDateLike(name, '-20##-##-##');
}

function withoutDateLike(name: string, pattern: string): string | undefined {
  const from = name.length - pattern.length;
  if (from < 1) return undefined;
  for (let i = 0; i < pattern.length; i++) {
    const code = name.charCodeAt(from + i);
    const wanted = pattern.charCodeAt(i);
    if (wanted === 35 ? code < 48 || code > 57 : code !== wanted) return undefined;
  }
  return name.slice(0, from);
}

/** By edit distance, ties in the order of the catalogue; a mistyped pin is answered with pins. */
function nearestNames(
  catalogue: Catalogue,
  sent: string,
  { servable = () => true }: ResolveOptions,
): readonly string[] {
  let wanted = sent.slice(0, NAME_LENGTH_MAX).toLowerCase();
  const pinned = wanted.startsWith(PIN_PREFIX);
  if (pinned) wanted = wanted.slice(PIN_PREFIX.length);
  else if (wanted.startsWith('anthropic/')) wanted = wanted.slice('anthropic/'.length);
  const compared = wanted.slice(0, COMPARED_LENGTH_MAX);
  const ranked = catalogue.names.suggestions
    .filter((name) => {
      const isModel = catalogue.models.has(name);
      return isModel ? servable(name) : !pinned;
    })
    .map((name, order) => ({ name, order, distance: editDistance(compared, name) }))
    .sort((a, b) => a.distance - b.distance || a.order - b.order)
    .slice(0, SUGGESTION_COUNT)
    .map(({ name }) => (pinned ? PIN_PREFIX + name : name));
  return [...ranked, AUTO_ALIAS];
}
