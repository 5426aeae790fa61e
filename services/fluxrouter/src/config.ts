import {
  addressList,
  byteSize,
  type ConfigSchema,
  durationMs,
  host,
  httpUrl,
  name,
  nameList,
  oneOf,
  onOff,
  path,
  port,
  secret,
  setting,
  whole,
} from '@fluxrouter/service-kit/config';
import { logLevels } from '@fluxrouter/service-kit/log-levels';
import { z } from 'zod';

const inItsOwn = 'Unset, it can be reached in its own process only.';

const loopback = 'Loopback: whoever wants to be reached from outside says so.';

/** Where it listens and what it keeps: the settings that a person may want to change. */
export const systemConfig = z.object({
  port: setting('PORT', port().default(8787), {
    about: 'The port of the API. 0: a free one, which ready.json tells.',
    why: 'Seldom taken by something else.',
  }),
  host: setting('HOST', host().default('127.0.0.1'), {
    about: 'The address that the API listens on. 0.0.0.0: all of the machine’s.',
    why: loopback,
  }),
  adminPort: setting('ADMIN_PORT', port().default(9464), {
    about:
      'The gateway’s admin port (/metrics, /readyz, operators). `npm start` gives control the next one and metering the one after.',
    why: 'The port that Prometheus exporters of OpenTelemetry use.',
  }),
  adminHost: setting('ADMIN_HOST', host().default('127.0.0.1'), {
    about: 'The address that the admin ports listen on.',
    why: loopback,
  }),
  consolePort: setting('CONSOLE_PORT', port().default(8788), {
    about: 'The port of the web console; kept for it, it comes in a later release.',
    why: 'Beside PORT.',
  }),
  dataDir: setting('DATA_DIR', path().default('./data'), {
    about: 'Directory of all that is kept: the log, the journals, ClickHouse’s data, the secrets.',
    why: 'One place to back up, to move, or to throw away.',
  }),
  kafkaBrokers: setting('KAFKA_BROKERS', addressList().optional(), {
    about: 'Brokers of the event bus; any of them tells of all others.',
    why: 'Unset, the bus is a log in DATA_DIR, and nothing has to be installed.',
  }),
  kafkaSessionTimeoutMs: setting(
    'KAFKA_SESSION_TIMEOUT',
    durationMs({ min: 1_000, max: 300_000 }).default(10_000),
    {
      about: 'How long a consumer may say nothing to Kafka before another takes its partitions.',
      why: 'Longer than a pause for memory or a busy machine, shorter than anybody waits for a record.',
    },
  ),
  gatewayWorkers: setting('GATEWAY_WORKERS', whole({ min: 1, max: 64 }).default(1), {
    about: 'Processes that answer requests.',
    why: 'One core serves some thousand requests a second; more only where that is not enough.',
  }),
  sandboxProvider: setting('SANDBOX_PROVIDER', oneOf(['auto', 'on', 'off']).default('auto'), {
    about:
      'The sandbox stands in for providers without a key. auto: only where no provider has one.',
    why: 'The first answer comes without any key, and never in place of a real provider.',
  }),
  logLevel: setting('LOG_LEVEL', oneOf(logLevels).default('warn'), {
    about: 'How much the processes say on stderr, as JSON lines. Never prompts, answers or keys.',
    why: 'What goes well is in the records and metrics.',
  }),
});

/** How the processes know and find each other; `npm start` sets all of these. */
export const processConfig = z.object({
  serviceToken: setting('SERVICE_TOKEN', secret({ minLength: 16 }).optional(), {
    about: 'The token by which services know each other. Needed where a service is on its own.',
    why: '`npm start` makes one and keeps it in DATA_DIR/secrets.json.',
  }),
  operatorKey: setting('OPERATOR_KEY', secret({ minLength: 16 }).optional(), {
    about: 'The key to the operators’ paths on the admin ports. Without it they are closed.',
    why: '`npm start` makes one and keeps it in DATA_DIR/secrets.json.',
  }),
  gatewayWorker: setting('GATEWAY_WORKER', whole({ max: 64 }).default(0), {
    about: 'Which worker of a gateway this is, from 1; 0: it is the gateway. Set by the gateway.',
    why: 'Each has a journal of its own.',
  }),
  sandboxUrl: setting('SANDBOX_URL', httpUrl().optional(), {
    about: 'Where the sandbox provider is; with it, it stands in for providers without a key.',
    why: '`npm start` starts one where no provider has a key.',
  }),
  accountsAddresses: setting('ACCOUNTS_ADDRESSES', addressList().optional(), {
    about: 'Where accounts is served by gRPC: one address for each of its processes.',
    why: inItsOwn,
  }),
  queryAddresses: setting('QUERY_ADDRESSES', addressList().optional(), {
    about: 'Where query is served by gRPC: one address for each of its processes.',
    why: inItsOwn,
  }),
  routerAddresses: setting('ROUTER_ADDRESSES', addressList().optional(), {
    about: 'Where the router is served by gRPC: one address for each of its processes.',
    why: inItsOwn,
  }),
  providerProxyAddresses: setting('PROVIDER_PROXY_ADDRESSES', addressList().optional(), {
    about: 'Where provider-proxy is served by gRPC: one address for each of its processes.',
    why: inItsOwn,
  }),
  peerWaitMs: setting('PEER_WAIT', durationMs({ max: 60_000 }).default(2_000), {
    about:
      'How long a request waits while no router or no provider-proxy can be reached; then 503.',
    why: 'One that is started again is back within a second or two.',
  }),
  attemptCreditBytes: setting('ATTEMPT_CREDIT', byteSize({ min: 1024 }).default(256 * 1024), {
    about: 'Bytes of one attempt that provider-proxy may send before they have been read.',
    why: 'A client who reads slowly takes no more memory than this, and holds up nobody else.',
  }),
  grpcDrainMs: setting('GRPC_DRAIN', durationMs({ max: 900_000 }).default(8_000), {
    about: 'How long calls that run may go on when this process is told to stop.',
    why: 'As long as the requests that they belong to have.',
  }),
  grpcPort: setting('GRPC_PORT', port().optional(), {
    about: 'The port on which this process serves its modules by gRPC.',
    why: 'Unset, they can be reached in this process only.',
  }),
  journalName: setting('JOURNAL_NAME', name().default('gateway'), {
    about: 'The file name of this process’s journal in DATA_DIR/journal; no two may have the same.',
    why: 'What a killed process left there is closed by the next of that name.',
  }),
  servableProviders: setting('SERVABLE_PROVIDERS', nameList().optional(), {
    about: 'The providers that can be called, where provider-proxy with their keys is elsewhere.',
    why: 'Unset, those whose key is set here. Router and ingress need no keys.',
  }),
  grpcHost: setting('GRPC_HOST', host().default('127.0.0.1'), {
    about: 'The address that gRPC servers listen on.',
    why: loopback,
  }),
});

/** What `npm start` does beside starting the processes. */
export const launcherConfig = z.object({
  stopGraceMs: setting('STOP_GRACE', durationMs({ max: 900_000 }).default(10_000), {
    about: 'How long a process may take to end before it is killed; streams end in this time.',
    why: 'Most answers are done in ten seconds; what is cut is charged for what came.',
  }),
  watchParent: setting('WATCH_PARENT', onOff().default(true), {
    about: 'End when the process that ran `npm start` is gone.',
    why: 'npm killed by SIGKILL would leave everything running, and the ports taken.',
  }),
  replicas: setting('REPLICAS', whole({ min: 1, max: 8 }).default(1), {
    about:
      '`pnpm start:services`: how many processes of each service run side by side. Metering is one where its engine is in the process (no CLICKHOUSE_URL).',
    why: 'One is enough to see it; with two any of them may die.',
  }),
  localKafka: setting('LOCAL_KAFKA', onOff().default(true), {
    about:
      '`pnpm start:services`: start a Kafka of its own where KAFKA_BROKERS is not set. off: the bus is the log in DATA_DIR.',
    why: 'The real thing, where Java and Maven are there to fetch and run it.',
  }),
  firstRequest: setting('FIRST_REQUEST', onOff().default(true), {
    about: 'Make one short request at the start and show how to look it up.',
    why: 'It proves the whole way. With a provider’s key it costs a fraction of a cent.',
  }),
});

/** Schemas of several services as one; a setting that two of them read is the same setting. */
export function mergeSchemas(schemas: readonly ConfigSchema[]): ConfigSchema {
  return z.object(Object.assign({}, ...schemas.map((schema) => schema.shape)));
}

/** What a process must know before it is divided into workers. */
export const workersConfig = z.object({
  gatewayWorkers: systemConfig.shape.gatewayWorkers,
  stopGraceMs: launcherConfig.shape.stopGraceMs,
});
