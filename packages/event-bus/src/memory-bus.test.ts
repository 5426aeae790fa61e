import { describeEventBusContract } from './contract-suite.ts';
import { MemoryCluster } from './memory-bus.ts';

describeEventBusContract('the memory bus', async (topicBorn) => {
  const cluster = new MemoryCluster(topicBorn);
  return { open: async () => cluster.open(), destroy: async () => {} };
});
