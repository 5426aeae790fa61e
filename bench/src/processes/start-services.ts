import { startSystem } from '@fluxrouter/testing';
import type { Child } from './child.ts';
import { type Gateway, journalEmpty, pidOf } from './start-gateway.ts';
import { apiPath } from './subject.ts';

/** The services on a request's way; what they hand to the bus is the same in every form. */
export const onTheWay = ['ingress', 'router', 'provider-proxy'] as const;

/** The distributed form: each service in a process of its own, on the benchmark's sandbox. */
export async function startServices(
  sandbox: Child,
  env: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const system = await startSystem({
    form: 'services',
    env: { SANDBOX_URL: sandbox.url, ...env },
  });
  const { baseUrl, key, adminUrls } = system;
  const headers = ['content-type', 'application/json', 'authorization', `Bearer ${key}`];
  return {
    name: 'services',
    system,
    get pid() {
      return pidOf(system, 'ingress');
    },
    get pids() {
      return onTheWay.map((name) => pidOf(system, name));
    },
    target: (body) => ({ origin: baseUrl, path: apiPath, headers, body }),
    async settled() {
      await journalEmpty(adminUrls['ingress'] ?? '');
      await journalEmpty(adminUrls['provider-proxy'] ?? '');
    },
    stop: () => system.stop(),
  };
}
