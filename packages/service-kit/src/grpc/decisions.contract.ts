import { DecideRequest, DecideResponse } from '@fluxrouter/generated/router';
import { afterEach, describe, expect, test } from 'vitest';
import type { Decisions } from './decisions-client.ts';
import type { Decide } from './decisions-server.ts';
import { RpcError } from './rpc-error.ts';

export interface DecisionsBinding {
  bind(decide: Decide): Promise<Decisions>;
  close(): Promise<void>;
}

export const asking = (requestedModel: string) => DecideRequest.fromPartial({ requestedModel });

/** Answers with the model that was asked for; some names ask for something else. */
export const echo: Decide = async ({ requestedModel }) => {
  if (requestedModel === 'fault') throw new TypeError('a prompt may be quoted here');
  if (requestedModel === 'away') throw new RpcError('unavailable', 'no policy is loaded');
  if (requestedModel === 'refused') {
    const value = { code: 'model_not_found', message: 'There is no such model', param: 'model' };
    return DecideResponse.fromPartial({ outcome: { $case: 'refusal', value } });
  }
  if (requestedModel.startsWith('slow')) await new Promise((resolve) => setTimeout(resolve, 20));
  const value = { routedModel: requestedModel, scoreMilli: -7, confidencePercent: 82 };
  return DecideResponse.fromPartial({ outcome: { $case: 'decision', value } });
};

export const routedModel = ({ outcome }: DecideResponse) =>
  outcome?.$case === 'decision' ? outcome.value.routedModel : outcome?.$case;

/** What ingress may rely on, whether the router is in its process or behind the frames. */
export function describeDecisions(
  name: string,
  makeBinding: () => Promise<DecisionsBinding>,
): void {
  describe(`${name}: decisions`, () => {
    let binding: DecisionsBinding | undefined;
    const bound = async (decide: Decide = echo) => {
      binding = await makeBinding();
      return binding.bind(decide);
    };
    afterEach(async () => {
      await binding?.close();
      binding = undefined;
    });

    test('a decision arrives as it was made', async () => {
      const api = await bound();
      expect(await api.decide(asking('gpt-6'))).toEqual(await echo(asking('gpt-6')));
    });

    test('a refusal is an answer, not an error', async () => {
      const api = await bound();
      expect((await api.decide(asking('refused'))).outcome).toMatchObject({
        $case: 'refusal',
        value: { code: 'model_not_found', param: 'model' },
      });
    });

    test('an error of the closed list arrives as it was thrown, for its own call only', async () => {
      const api = await bound();
      const [away, answered] = await Promise.allSettled([
        api.decide(asking('away')),
        api.decide(asking('gpt-6')),
      ]);
      expect(away).toMatchObject({
        status: 'rejected',
        reason: { name: 'RpcError', code: 'unavailable', message: 'no policy is loaded' },
      });
      expect(answered.status).toBe('fulfilled');
    });

    test('a fault is `internal` and says nothing of its inside', async () => {
      const api = await bound();
      const error = await api.decide(asking('fault')).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'internal', message: 'the service failed' });
    });

    test('each of many calls gets its own answer, whichever is ready first', async () => {
      const api = await bound();
      const names = Array.from({ length: 500 }, (_, n) =>
        n % 3 === 0 ? `slow-${n}` : `fast-${n}`,
      );
      const answers = await Promise.all(names.map((each) => api.decide(asking(each))));
      expect(answers.map(routedModel)).toEqual(names);
    });

    test('a function that answers at once will do', async () => {
      const api = await bound(() => DecideResponse.fromPartial({}));
      expect(await api.decide(asking('any'))).toEqual({ outcome: undefined });
    });
  });
}
