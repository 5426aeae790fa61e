import { Child } from './child.ts';

const apiPath = '/openai/v1/chat/completions';

/** The sandbox provider, whose book is kept in memory. */
export function startSandbox(): Promise<Child> {
  return Child.start({ entry: '../../sandbox-provider/src/main.ts' });
}

/** Where the floor sends what it gets: where our gateway sends what flux-auto routes. */
export function upstreamUrl(sandbox: Child): string {
  return sandbox.url + apiPath;
}
