import type { Target } from '../load/job.ts';
import { Child } from './child.ts';
import { apiPath } from './subject.ts';

export function startSandbox(): Promise<Child> {
  return Child.start({ entry: 'sandbox.ts' });
}

/** Where flux-auto routes the benchmark's request, and so where the floor sends it too. */
export function upstreamUrl(sandbox: Child): string {
  return `${sandbox.url}/openai${apiPath}`;
}

/** Past both gateways: what an answer takes without one. */
export function directTarget(sandbox: Child, body: string): Target {
  const { origin, pathname } = new URL(upstreamUrl(sandbox));
  const headers = ['content-type', 'application/json', 'authorization', 'Bearer sandbox'];
  return { origin, path: pathname, headers, body };
}
