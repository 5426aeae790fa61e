import type { CruisedModule } from './cruise.ts';

const hasImport = /^\s*(import|export)\b[^;]*?\bfrom\s+['"]/m;

/**
 * Sources that the cruise did not see, or of which it saw no import. With a TypeScript that it does
 * not know, or one wrong option, dependency-cruiser reports nothing and exits 0.
 */
export function findBlindSpots(
  sources: readonly { readonly path: string; readonly text: string }[],
  modules: readonly CruisedModule[],
): string[] {
  const seen = new Map(modules.map((module) => [module.source, module.dependencies.length]));
  return sources.flatMap(({ path, text }) => {
    const imports = seen.get(path);
    if (imports === undefined) return [`${path} was not cruised`];
    if (imports === 0 && hasImport.test(text)) return [`${path} has imports, none was seen`];
    return [];
  });
}
