import kafkajs, { type Admin } from 'kafkajs';
import { eventually } from './eventually.ts';

/** As an operator of Kafka, beside the bus. */
export async function withKafkaAdmin<Result>(
  brokers: string,
  work: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  const client = new kafkajs.Kafka({
    brokers: brokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = client.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** The group begins at offset 0 of everything; it must have no members. */
export async function forgetGroup(brokers: string, group: string): Promise<void> {
  await withKafkaAdmin(brokers, (admin) => admin.deleteGroups([group]));
}

/** Resolves when it is gone, at once where it never was. */
export async function deleteTopic(brokers: string, topic: string): Promise<void> {
  await withKafkaAdmin(brokers, async (admin) => {
    const isGone = async () => !(await admin.listTopics()).includes(topic);
    if (await isGone()) return;
    try {
      await admin.deleteTopics({ topics: [topic] });
    } catch (error) {
      // kafkajs asks again where the answer is late, and is told that there is none.
      if (!(await isGone())) throw error;
    }
    await eventually(`the end of ${topic}`, isGone);
  });
}
