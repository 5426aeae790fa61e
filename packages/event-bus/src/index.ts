export {
  BusClosedError,
  StaleOwnerError,
  TopicMismatchError,
  UnknownTopicError,
} from './bus-errors.ts';
export { type EmbeddedBusOptions, openEmbeddedBus } from './embedded/open-embedded-bus.ts';
export { murmur2, partitionOfKey } from './key-partition.ts';
export { MemoryCluster, openMemoryBus } from './memory-bus.ts';
export type * from './port.ts';
