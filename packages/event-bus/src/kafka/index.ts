export { type KafkaBusOptions, openKafkaBus } from './open-kafka-bus.ts';
export { isUnreachable } from './unreachable.ts';
