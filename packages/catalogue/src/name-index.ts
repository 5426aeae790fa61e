import type { CatalogueData, Lane } from './catalogue-data.ts';

export const AUTO_ALIAS = 'flux-auto';
export const PIN_PREFIX = 'flux-pinned-';

/** What a name stands for; a pin by its catalogue id. */
export type NameTarget =
  | { readonly kind: 'auto' }
  | { readonly kind: 'lane'; readonly lane: Lane }
  | { readonly kind: 'pin'; readonly modelId: string };

export interface NameIndex {
  readonly exact: ReadonlyMap<string, NameTarget>;
  /** The same names in lower case, tried after the exact ones. */
  readonly folded: ReadonlyMap<string, NameTarget>;
  /** What an unknown name is compared with: lane aliases and catalogue ids. */
  readonly suggestions: readonly string[];
}

/** Two things that one name would stand for. */
export interface NameClash {
  readonly name: string;
  readonly targets: readonly [string, string];
}

/**
 * Every name of the contract's "Model names" but for dated snapshots, which are cut off before the look-up.
 * The first target that claims a name keeps it; `clashes` gets the others.
 */
export function indexNames(
  data: Pick<CatalogueData, 'models' | 'lanes'>,
  clashes: NameClash[] = [],
): NameIndex {
  const exact = new Map<string, NameTarget>();
  const folded = new Map<string, NameTarget>();
  const add = (name: string, target: NameTarget) => {
    for (const [index, key] of [
      [exact, name],
      [folded, name.toLowerCase()],
    ] as const) {
      const present = index.get(key);
      if (present === undefined) index.set(key, target);
      else if (!sameTarget(present, target)) {
        clashes.push({ name: key, targets: [describeTarget(present), describeTarget(target)] });
      }
    }
  };
  const addWithAnthropic = (name: string, target: NameTarget) => {
    add(name, target);
    add(`anthropic/${name}`, target);
  };

  addWithAnthropic(AUTO_ALIAS, { kind: 'auto' });
  addWithAnthropic('auto', { kind: 'auto' });
  for (const lane of data.lanes) addWithAnthropic(lane.alias, { kind: 'lane', lane: lane.lane });
  for (const model of data.models) {
    const target: NameTarget = { kind: 'pin', modelId: model.id };
    for (const name of new Set([model.id, model.upstreamModel])) {
      addWithAnthropic(name, target);
      add(`${model.provider}/${name}`, target);
    }
    addWithAnthropic(PIN_PREFIX + model.id, target);
  }
  const suggestions = [
    ...data.lanes.map((lane) => lane.alias),
    ...data.models.map((model) => model.id),
  ];
  return { exact, folded, suggestions };
}

function describeTarget(target: NameTarget): string {
  if (target.kind === 'pin') return target.modelId;
  return target.kind === 'lane' ? `lane ${target.lane}` : AUTO_ALIAS;
}

function sameTarget(a: NameTarget, b: NameTarget): boolean {
  return describeTarget(a) === describeTarget(b);
}
