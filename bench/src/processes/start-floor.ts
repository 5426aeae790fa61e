import { Child } from './child.ts';
import { upstreamUrl } from './start-sandbox.ts';
import { apiPath, type Subject } from './subject.ts';

const headers = ['content-type', 'application/json', 'authorization', 'Bearer anybody'];

export interface Floor extends Subject {
  stop(): Promise<void>;
}

export async function startFloor(
  sandbox: Child,
  nodeFlags: readonly string[] = [],
): Promise<Floor> {
  const env = { UPSTREAM_URL: upstreamUrl(sandbox) };
  const child = await Child.start({ entry: 'floor.ts', env, nodeFlags });
  return {
    name: 'floor',
    pid: child.pid,
    target: (body) => ({ origin: child.url, path: apiPath, headers, body }),
    settled: () => Promise.resolve(),
    stop: () => child.stop(),
  };
}
