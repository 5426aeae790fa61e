import { openKafkaBus } from '@fluxrouter/event-bus/kafka';
import { encodeTopicBorn, newRequestId, TOPICS } from '@fluxrouter/events';
import { requestRecords } from '@fluxrouter/metering/testing';

const accounts = 200;
const appendRequests = 1_000;

/** So many full events (an attempt and its end for each request) on the usage topic, all in partitions. */
export async function fillLog(brokers: string, events: number): Promise<void> {
  const bus = openKafkaBus({
    brokers: [brokers],
    topicBorn: (topic, uuid) => ({ key: topic, value: encodeTopicBorn(topic, uuid) }),
  });
  await bus.ensureTopics(Object.values(TOPICS));
  for (let done = 0; done < events; done += 2 * appendRequests) {
    const records = Array.from({ length: appendRequests }, (_, i) => {
      const receivedAtMs = Date.now();
      const account = `acc_bench_${(done + i) % accounts}`;
      return requestRecords({ account, receivedAtMs, requestId: newRequestId(receivedAtMs) });
    });
    await bus.append(TOPICS.usage.name, records.flat());
  }
  await bus.close();
}
