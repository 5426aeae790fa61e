import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BusUnderTest,
  keepTopic,
  type MakeBus,
  outgoing,
  testTopicBorn,
} from './contract/bus-under-test.ts';
import { describeConsumers } from './contract/consumer-contract.ts';
import { describeGroups } from './contract/group-contract.ts';
import { describeTails } from './contract/tail-contract.ts';
import { describeTopics } from './contract/topic-contract.ts';
import type { EventBus } from './port.ts';

export type { BusUnderTest, MakeBus } from './contract/bus-under-test.ts';

/** What every adapter of `EventBus` has to pass; then it may stand in for any other. */
export function describeEventBusContract(name: string, makeBus: MakeBus): void {
  describe(`${name} keeps the contract of the event bus`, () => {
    let under: BusUnderTest;
    let buses: EventBus[] = [];

    beforeEach(async () => {
      under = await makeBus(testTopicBorn);
    });
    afterEach(async () => {
      await Promise.all(buses.map((bus) => bus.close()));
      buses = [];
      await under.destroy();
    });
    const open = async () => {
      const bus = await under.open();
      buses.push(bus);
      return bus;
    };

    describe('topics', () => describeTopics(open));
    describe('consumers', () => describeConsumers(open));
    describe('groups', () => describeGroups(open));
    describe('tails', () => describeTails(open));

    it('does nothing more once closed, and closes twice', async () => {
      const bus = await open();
      const topic = keepTopic(1);
      await bus.ensureTopics([topic]);
      const appended = bus.append(topic.name, [outgoing('k', 'under way')]);
      await bus.close();
      await bus.close();
      expect(await appended).toEqual([{ partition: 0, offset: 1n }]);
      await expect(bus.append(topic.name, [outgoing('k', '1')])).rejects.toThrow(/closed/);
      await expect(bus.endOffsets(topic.name)).rejects.toThrow(/closed/);
    });
  });
}
