import type { CpuProfile } from './inspector.ts';

export interface SelfTime {
  readonly name: string;
  /** Of the samples in which the thread was not idle. */
  readonly percent: number;
}

export interface ProfileSummary {
  /** Native functions with who called them, as they say little by themselves. */
  readonly functions: readonly SelfTime[];
  /** By dependency, and by service or package of ours. */
  readonly places: readonly SelfTime[];
  /** The same two, with what Node does on behalf of a function counted there. */
  readonly owners: readonly SelfTime[];
  readonly ownerPlaces: readonly SelfTime[];
}

type Node = CpuProfile['nodes'][number];

const idle = new Set(['(idle)', '(root)']);
const nodeItself = 'node itself';

/**
 * Self times, largest first. Samples are counted, not the time between them: that includes what the
 * thread waited for a core.
 */
export function summarise({ nodes, samples }: CpuProfile): ProfileSummary {
  const samplesOf = new Map<number, number>();
  for (const id of samples) samplesOf.set(id, (samplesOf.get(id) ?? 0) + 1);
  const ownerOf = findOwners(nodes);
  const functions = new Map<string, number>();
  const places = new Map<string, number>();
  const owners = new Map<string, number>();
  const ownerPlaces = new Map<string, number>();
  for (const node of nodes) {
    const { functionName } = node.callFrame;
    const count = samplesOf.get(node.id);
    if (count === undefined || idle.has(functionName)) continue;
    const owner = ownerOf.get(node.id);
    const path = shortPath(node);
    const by = path === '' && owner ? ` by ${describe(owner)}` : '';
    add(functions, describe(node) + by, count);
    add(places, placeOf(path) || functionName || '(native)', count);
    add(owners, owner ? describe(owner) : nodeItself, count);
    add(ownerPlaces, owner ? placeOf(shortPath(owner)) : nodeItself, count);
  }
  return {
    functions: inOrder(functions),
    places: inOrder(places),
    owners: inOrder(owners),
    ownerPlaces: inOrder(ownerPlaces),
  };
}

/** For each node the nearest caller, or itself, that is neither native nor Node's own. */
function findOwners(nodes: readonly Node[]): Map<number, Node> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const owners = new Map<number, Node>();
  const visit = (node: Node, inherited: Node | undefined): void => {
    const path = shortPath(node);
    const owner = path === '' || /^(node|wasm):/.test(path) ? inherited : node;
    if (owner) owners.set(node.id, owner);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child) visit(child, owner);
    }
  };
  const [root] = nodes;
  if (root) visit(root, undefined);
  return owners;
}

function add(to: Map<string, number>, name: string, count: number): void {
  to.set(name, (to.get(name) ?? 0) + count);
}

function inOrder(counts: ReadonlyMap<string, number>): SelfTime[] {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => ({ name, percent: (count * 100) / all }));
}

function describe(node: Node): string {
  const { functionName, lineNumber } = node.callFrame;
  const path = shortPath(node);
  return `${functionName || '(anonymous)'}${path === '' ? '' : ` ${path}:${lineNumber + 1}`}`;
}

/** Without what is the same in all: the checkout's place, the package store. */
function shortPath({ callFrame: { url } }: Node): string {
  const dependency = url.lastIndexOf('/node_modules/');
  if (dependency !== -1) return url.slice(dependency + '/node_modules/'.length);
  return url.replace(new URL('../../../', import.meta.url).href, '');
}

function placeOf(path: string): string {
  if (path === '' || path.startsWith('node:')) return path;
  const parts = path.split('/');
  const isDeep = ['services', 'packages'].includes(parts[0] ?? '') || path.startsWith('@');
  return parts.slice(0, isDeep ? 2 : 1).join('/');
}
