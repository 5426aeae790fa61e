/** What passes when a broker is there, or has time, again. */
const passing = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
]);

/**
 * Whether Kafka could not be reached, did not answer in time, or is itself still starting (no leader of a
 * partition yet, a coordinator that loads): not that it has said no.
 */
export function isUnreachable(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (passing.has(at.name) || (at as { retriable?: boolean }).retriable === true) return true;
  }
  return false;
}
