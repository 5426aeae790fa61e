import { expect, it } from 'vitest';
import type { BusRecord, EventBus } from '../port.ts';
import { eventually } from '../testing/eventually.ts';
import { keepTopic, outgoing, valuesOf } from './bus-under-test.ts';
import { opened } from './consumer-contract.ts';

export function describeTails(open: () => Promise<EventBus>): void {
  const follow = async (
    bus: EventBus,
    topic: string,
    from: 'start' | 'end' | Map<number, bigint>,
  ) => {
    const records: BusRecord[] = [];
    const tail = await bus.tail({
      topic,
      from,
      onRecords(some) {
        records.push(...some);
      },
    });
    return { tail, records };
  };

  it('has seen what was there once caught up, and then what others append', async () => {
    const topic = keepTopic(3);
    const [bus, other] = [await opened(open, topic), await opened(open, topic)];
    await other.append(
      topic.name,
      Array.from({ length: 2_500 }, (_, i) => outgoing(`k${i % 9}`, String(i))),
    );
    const { tail, records } = await follow(bus, topic.name, 'start');
    await tail.caughtUp();
    expect(records.length).toBe(2_503);
    await other.append(topic.name, [outgoing('k', 'later')]);
    await eventually('the later one', () => valuesOf(records).includes('later'));
    await tail.stop();
    await other.append(topic.name, [outgoing('k', 'too late')]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(valuesOf(records)).not.toContain('too late');
  });

  it('can begin at the end', async () => {
    const topic = keepTopic(2);
    const bus = await opened(open, topic);
    await bus.append(topic.name, [outgoing('k', 'old')]);
    const { tail, records } = await follow(bus, topic.name, 'end');
    await tail.caughtUp();
    await bus.append(topic.name, [outgoing('k', 'new')]);
    await eventually('the new one', () => records.length > 0);
    expect(valuesOf(records)).toEqual(['new']);
  });

  it('can begin at given offsets', async () => {
    const topic = keepTopic(1);
    const bus = await opened(open, topic);
    await bus.append(
      topic.name,
      ['a', 'b', 'c'].map((value) => outgoing('k', value)),
    );
    const { tail, records } = await follow(bus, topic.name, new Map([[0, 3n]]));
    await tail.caughtUp();
    expect(valuesOf(records)).toEqual(['c']);
  });

  it('hands records over one call at a time, and again where that failed', async () => {
    const topic = keepTopic(1);
    const bus = await opened(open, topic);
    const calls: string[][] = [];
    const errors: unknown[] = [];
    let running = 0;
    const tail = await bus.tail({
      topic: topic.name,
      from: 'end',
      onError: (error) => errors.push(error),
      async onRecords(some) {
        running += 1;
        expect(running).toBe(1);
        calls.push(valuesOf(some));
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        if (calls.length === 1) throw new Error('not now');
      },
    });
    await bus.append(topic.name, [outgoing('k', '1')]);
    await bus.append(topic.name, [outgoing('k', '2')]);
    await eventually('both', () => calls.slice(1).flat().includes('2'));
    expect(calls[0]?.[0]).toBe('1');
    expect(calls[1]?.[0]).toBe('1');
    expect(String(errors[0])).toMatch(/not now/);
    await tail.stop();
  });

  it('is fresh while it has all there is, and not while its reader hangs', async () => {
    const topic = keepTopic(1);
    const bus = await opened(open, topic);
    let release = () => {};
    let hang = false;
    const tail = await bus.tail({
      topic: topic.name,
      from: 'start',
      onRecords: () => (hang ? new Promise<void>((resolve) => (release = resolve)) : undefined),
    });
    await tail.caughtUp();
    await eventually('freshness', () => tail.isFresh(1_000));
    hang = true;
    await bus.append(topic.name, [outgoing('k', 'slow')]);
    await eventually('age', () => !tail.isFresh(200));
    hang = false;
    release();
    await eventually('freshness again', () => tail.isFresh(1_000));
  });
}
