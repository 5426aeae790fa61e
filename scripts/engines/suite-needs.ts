import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listSources } from '../source-tree/list-files.ts';
import { type Engine, engineNames, isEngine, isHere } from './engines.ts';

/** A suite that can't run on this machine. */
export interface IdleSuite {
  readonly path: string;
  readonly absent: readonly Engine[];
}

/**
 * A test file says what it needs beside Node in a line of its own among its first: `// needs: java, maven`.
 * vitest.config.ts leaves out those whose need this machine does not meet; `npm test` says which.
 */
export function findIdleSuites(root: string): IdleSuite[] {
  return listSources(root)
    .filter((path) => path.endsWith('.test.ts'))
    .flatMap((path) => {
      const needs = readNeeds(path, readFileSync(join(root, path), 'utf8'));
      const absent = needs.filter((engine) => !isHere(engine));
      return absent.length === 0 ? [] : [{ path, absent }];
    });
}

export function readNeeds(path: string, text: string): Engine[] {
  const head = text.split('\n', 10).join('\n');
  const names = /^\/\/ needs: (.+)$/m.exec(head)?.[1]?.split(',') ?? [];
  return names.map((name) => {
    const engine = name.trim();
    if (isEngine(engine)) return engine;
    throw new Error(`${path} needs ${engine}; known are ${engineNames.join(', ')}`);
  });
}
