import { durationMs, httpUrl, path, port, setting, whole } from '@fluxrouter/service-kit/config';
import { z } from 'zod';

export const meteringConfig = z.object({
  clickhouseUrl: setting('CLICKHOUSE_URL', httpUrl().optional(), {
    about: 'the ClickHouse server; user and password as in http://user:password@host:8123',
    why: 'not set: the engine runs inside the metering process (chDB), so that nothing has to be installed',
  }),
  clickhouseTimeoutMs: setting(
    'CLICKHOUSE_TIMEOUT',
    durationMs({ min: 100, max: 600_000 }).default(60_000),
    {
      about: 'how long a ClickHouse server may say nothing to a question or an insert',
      why: 'an insert takes milliseconds; what is tried again too early only adds to a server that is busy',
    },
  ),
  chdbPath: setting('CHDB_PATH', path().optional(), {
    about: 'directory of the in-process engine; of no use with CLICKHOUSE_URL',
    why: 'not set: in DATA_DIR',
  }),
  chdbHttpPort: setting('CHDB_HTTP_PORT', port().optional(), {
    about:
      'port of GRPC_HOST on which the in-process engine can be read from by HTTP, with the service token as the password',
    why: 'not set: nobody else reads it. `pnpm start:services` sets it, and CLICKHOUSE_URL of query',
  }),
  batchRecordsMax: setting('METERING_BATCH_RECORDS', whole({ min: 1, max: 10_000 }).default(2000), {
    about: 'records of one partition that become one insert, at most',
    why: 'encoding 10,000 rows stalls the event loop for up to a second, 1,000 for some ten milliseconds',
  }),
  batchBytesMax: setting('METERING_BATCH_BYTES', whole({ min: 1024 }).default(8 * 1024 * 1024), {
    about: 'bytes of the records of one insert, at most',
    why: 'above 10 MB ClickHouse may cut an insert in two, and a token covers only one block',
  }),
  lingerMs: setting('METERING_LINGER', durationMs({ max: 5000 }).default(20), {
    about: 'how long a first record waits for company',
    why: 'an attempt and the end of its request come within milliseconds: one insert, not two',
  }),
  restMsMax: setting('METERING_REST', durationMs({ max: 5000 }).default(300), {
    about: 'the longest pause of a partition after an insert, while records trickle',
    why: 'each insert is a part that has to be merged; a record still shows well within a second',
  }),
  insertsMax: setting('METERING_INSERTS', whole({ min: 1, max: 64 }).default(2), {
    about: 'inserts under way at once, over all partitions',
    why: 'two keep a small engine busy; more only wait inside it and hold memory',
  }),
  retryMsMax: setting('METERING_RETRY', durationMs({ min: 10 }).default(5000), {
    about: 'the longest pause between two tries of an insert while ClickHouse is away',
    why: 'it is back in use within seconds of its return',
  }),
  requestLifeMsMax: setting('REQUEST_LIFE', durationMs().default(16 * 60_000), {
    about: 'how long after its receipt a request may still be reported',
    why: 'a stream ends after 15 minutes at the latest; usage is called complete only before that',
  }),
  reconcileEveryMs: setting('RECONCILE_EVERY', durationMs({ max: 600_000 }).default(10_000), {
    about: 'how long a partition rests after log and ClickHouse were compared',
    why: 'one question for each partition: seldom enough to cost nothing, soon enough to be an alarm',
  }),
  reconcileStallMs: setting('RECONCILE_STALL', durationMs({ min: 1000 }).default(60_000), {
    about: 'traffic for so long, and nothing of it inserted: an alarm',
    why: 'a restart of ClickHouse takes less; longer, and somebody should look',
  }),
});

export type MeteringConfig = z.infer<typeof meteringConfig>;
