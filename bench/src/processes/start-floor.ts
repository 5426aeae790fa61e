import { Child } from './child.ts';
import { upstreamUrl } from './start-sandbox.ts';
import type { Subject } from './subject.ts';

const headers = ['content-type', 'application/json', 'authorization', 'Bearer sandbox'];

export async function startFloor(
  sandbox: Child,
  nodeFlags: readonly string[] = [],
): Promise<Subject & { stop(): Promise<void> }> {
  const env = { UPSTREAM_URL: upstreamUrl(sandbox) };
  const child = await Child.start({ entry: 'floor.ts', env, nodeFlags });
  return {
    name: 'floor',
    pid: child.pid,
    target: (body) => ({ origin: child.url, path: '/v1/chat/completions', headers, body }),
    settled: () => Promise.resolve(),
    stop: () => child.stop(),
  };
}
