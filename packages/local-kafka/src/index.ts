export { freePort, PortTakenError } from './free-port.ts';
export { absentEngines, isKafkaFetched, prepareKafka } from './kafka-jars.ts';
export {
  type LocalKafka,
  type LocalKafkaOptions,
  startLocalKafka,
} from './start-local-kafka.ts';
