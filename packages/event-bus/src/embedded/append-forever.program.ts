import { partitionOfKey } from '../key-partition.ts';
import { programArgument, seededRandom } from '../testing/index.ts';
import { openEmbeddedBus } from './open-embedded-bus.ts';

export interface AppendForever {
  directory: string;
  topic: string;
  partitions: number;
  /** Names the producer; its values are `<producer>/<number>`, numbers growing per key. */
  producer: string;
  seed: number;
}

const { directory, topic, partitions, producer, seed } = programArgument<AppendForever>();
const random = seededRandom(seed);
const bus = openEmbeddedBus({ directory });
await bus.ensureTopics([{ name: topic, partitions, cleanup: 'keep' }]);

for (let number = 0; ; ) {
  const records = Array.from({ length: 1 + Math.floor(random() * 40) }, () => {
    number += 1;
    const key = `key${Math.floor(random() * 10)}`;
    return { key, value: Buffer.from(`${producer}/${number}`.padEnd(200, ' ')) };
  });
  const positions = await bus.append(topic, records);
  // One line, one write: a kill cannot leave half an acknowledgement.
  const acknowledged = records.map(({ key, value }, i) => [
    partitionOfKey(key, partitions),
    Number(positions[i]?.offset),
    value.toString().trim(),
  ]);
  console.log(JSON.stringify(acknowledged));
}
