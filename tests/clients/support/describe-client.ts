import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Installed } from './install.ts';
import { type ClientDialect, isServed, MODELS } from './pairs.ts';

/** What each client is made to do, in the order of the table. */
export const FEATURES = [
  'text',
  'streaming',
  'tools',
  'parallel tools',
  'structured output',
  'thinking',
  'vision',
] as const;
export type Feature = (typeof FEATURES)[number];

/** Where the gateway is, and what to name as the model. */
export interface Target {
  readonly baseUrl: string;
  readonly key: string;
  readonly model: string;
}

export interface RealClient {
  readonly name: string;
  readonly dialect: ClientDialect;
  /** Each throws where the client did not get what it was made to ask for. */
  readonly features: Readonly<Partial<Record<Feature, (target: Target) => Promise<void>>>>;
  /** What the client says of a refusal; it must name the code. */
  refusal(target: Target): Promise<string>;
}

/** One system for a file; each client × each model × each feature. */
export function describeClients(
  installed: Installed,
  makeClients: (at: string) => readonly RealClient[],
): void {
  const clients = makeClients('at' in installed ? installed.at : '');
  if ('needs' in installed) {
    for (const { name } of clients) it.skip(`not run: ${name} needs ${installed.needs}`, () => {});
    return;
  }
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startSystem({ env: { FIRST_REQUEST: 'off' } });
  });
  afterAll(() => system?.stop());
  for (const client of clients) {
    for (const pair of MODELS) {
      const target = () => ({ baseUrl: system.baseUrl, key: system.key, model: pair.model });
      describe(`${client.name} (${client.dialect}) with ${pair.model}`, () => {
        if (!isServed(client.dialect, pair)) {
          it('is told that nothing is translated for it yet', async () => {
            expect(await client.refusal(target())).toMatch(
              /dialect_not_available|does not speak this API/,
            );
          });
          return;
        }
        for (const feature of FEATURES) {
          const use = client.features[feature];
          if (use !== undefined) it(feature, () => use(target()));
        }
      });
    }
  }
}

/** What a client says of what it was thrown. */
export async function complaintOf(ask: () => Promise<unknown>): Promise<string> {
  try {
    await ask();
  } catch (error) {
    const { message, code, responseBody } = error as Record<string, unknown>;
    return [message, code, responseBody].join(' ');
  }
  throw new Error('the client was served');
}
