import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientDialect } from './dialects.ts';

/** One recorded exchange with a provider, as its bytes lie in packages/dialects/recordings. */
export interface Recording {
  readonly name: string;
  readonly request: Buffer;
  /** A whole answer, or a stream. */
  readonly answer: Buffer | null;
  readonly stream: Buffer | null;
  /** A stream that fails before it proves output never reaches a client. */
  readonly failsBeforeOutput: boolean;
}

const root = fileURLToPath(new URL('../../../packages/dialects/recordings/', import.meta.url));

export function recordingsOf(dialect: ClientDialect): Recording[] {
  const folder = join(root, dialect.name);
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const read = (file: string) => {
        const path = join(folder, name, file);
        return existsSync(path) ? readFileSync(path) : null;
      };
      const expected = JSON.parse(read('expected.json')?.toString() ?? '{}');
      const request = read('request.json');
      if (request === null) throw new Error(`${dialect.name}/${name} has no request`);
      return {
        name,
        request,
        answer: read('response.json'),
        stream: read('stream.sse'),
        failsBeforeOutput: expected.error != null && expected.outputAtFrame === null,
      };
    });
}
