import { parseArgs } from 'node:util';
import { isKafkaFetched, PortTakenError, startLocalKafka } from '@fluxrouter/local-kafka';
import { untilSignal, watchParent } from '@fluxrouter/service-kit/lifecycle';
import { exitCodes } from '../exit-codes.ts';

/** Run by the launcher where KAFKA_BROKERS is not set: a broker of one node, as long as this process. */
const { values } = parseArgs({
  options: { directory: { type: 'string', default: '' }, port: { type: 'string', default: '' } },
});

const stopAsked = untilSignal();
const gone = new Promise<string>((resolve) => {
  if (process.send !== undefined) watchParent({ onGone: () => resolve('gone') });
});
if (!isKafkaFetched()) process.stderr.write('Kafka is fetched by Maven: 44 MB, once\n');
try {
  const kafka = await startLocalKafka({ directory: values.directory, port: Number(values.port) });
  const died = new Promise<string>((resolve) => kafka.onDied(resolve));
  process.send?.({ type: 'ready' });
  const ended = await Promise.race([stopAsked, gone, died.then((how) => ({ how }))]);
  if (typeof ended === 'object') {
    process.stderr.write(`kafka has ended (${ended.how})\n`);
    process.exit(exitCodes.fault);
  }
  await kafka.stop();
  process.exit(exitCodes.ok);
} catch (error) {
  process.stderr.write(`kafka cannot start: ${(error as Error).message}\n`);
  process.exit(error instanceof PortTakenError ? exitCodes.unavailable : exitCodes.fault);
}
