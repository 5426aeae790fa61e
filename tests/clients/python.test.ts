import { join } from 'node:path';
import { expect } from 'vitest';
import { CITY, PIXEL, PROMPTS, SEEN, TOOL_SAID, WEATHER } from './support/asks.ts';
import {
  describeClients,
  FEATURES,
  type Feature,
  type RealClient,
  type Target,
} from './support/describe-client.ts';
import { installPython } from './support/install.ts';
import type { ClientDialect } from './support/pairs.ts';
import { runProgram } from './support/run-program.ts';

/** Both Python SDKs: a script a package, told by its arguments what to ask; it asserts by itself. */
function makeClients(at: string): readonly RealClient[] {
  const makeClient = (name: string, script: string, dialect: ClientDialect): RealClient => {
    const run = (target: Target, feature: Feature) =>
      runProgram(
        join(at, 'python'),
        [join(import.meta.dirname, 'python', script), dialect, feature],
        {
          cwd: import.meta.dirname,
          env: {
            TARGET: JSON.stringify(target),
            ASKS: JSON.stringify({ PROMPTS, WEATHER, CITY, PIXEL, SEEN, TOOL_SAID }),
            PYTHONDONTWRITEBYTECODE: '1',
          },
        },
      );
    const use = (feature: Feature) => async (target: Target) => {
      const { status, out, said } = await run(target, feature);
      expect({ status, out, said }).toMatchObject({ status: 0, out: 'ok\n' });
    };
    return {
      name,
      dialect,
      features: Object.fromEntries(FEATURES.map((feature) => [feature, use(feature)])),
      async refusal(target) {
        const { status, said } = await run(target, 'text');
        expect(status).toBe(1);
        return said;
      },
    };
  };
  return [
    makeClient('openai (PyPI)', 'openai_client.py', 'openai-chat'),
    makeClient('openai (PyPI)', 'openai_client.py', 'openai-responses'),
    makeClient('anthropic (PyPI)', 'anthropic_client.py', 'anthropic-messages'),
  ];
}

describeClients(installPython(), makeClients);
