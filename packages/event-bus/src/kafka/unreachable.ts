/** What passes when a broker is there, or has time, again. */
const passing = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
]);

/** Whether Kafka could not be reached, or did not answer in time: not that it has said no. */
export function isUnreachable(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (passing.has(at.name)) return true;
  }
  return false;
}
