import { byteSize, durationMs, onOff, setting, whole } from '@fluxrouter/service-kit/config';
import { z } from 'zod';

/** Settings of ingress: its limits, its times, and what can be turned off. */
export const ingressConfig = z.object({
  bodyBytesMax: setting('BODY_BYTES', byteSize({ min: 1024 }).default(32 * 1024 * 1024), {
    about: 'The largest body of a request; a larger one is answered 413.',
    why: "The limit of Anthropic's own API; a conversation with images is well within.",
  }),
  depthMax: setting('JSON_DEPTH', whole({ min: 8, max: 10_000 }).default(128), {
    about: 'How deep the JSON of a request may be nested.',
    why: 'JSON schemas go to about 30; thousands of levels are somebody trying something.',
  }),
  headerBytesMax: setting('HEADER_BYTES', byteSize({ min: 1024 }).default(32 * 1024), {
    about: 'The largest head of a request; a larger one is answered 431.',
    why: "Twice Node's own limit: beta lists and traces of some clients are long.",
  }),
  headersTimeoutMs: setting('HEADERS_TIMEOUT', durationMs({ min: 100 }).default(15_000), {
    about: 'How long a client may take to send its head.',
    why: 'Slow heads hold connections for nothing.',
  }),
  requestTimeoutMs: setting('REQUEST_TIMEOUT', durationMs({ min: 100 }).default(120_000), {
    about: 'How long a client may take to send all of a request; then 408.',
    why: '32 MB at 2 Mbit/s.',
  }),
  keepAliveTimeoutMs: setting('IDLE_TIMEOUT', durationMs({ min: 100 }).default(75_000), {
    about: 'How long an idle connection is kept.',
    why: 'Longer than the 60 s of common load balancers, so that they close first.',
  }),
  connectionsMax: setting('CONNECTIONS', whole({ min: 1, max: 1_000_000 }).default(10_000), {
    about: 'Connections at a time, for each gateway process; more are closed.',
    why: 'Memory: some 20 KB a connection.',
  }),
  retriesMax: setting('ATTEMPT_RETRIES', whole({ max: 5 }).default(1), {
    about: 'How often one model is tried again before the next of its chain; 0: never.',
    why: 'A dropped connection is common and over at once; more only adds waiting.',
  }),
  breakers: setting('BREAKERS', onOff().default(true), {
    about: 'Whether a model that fails again and again is passed over for a while.',
    why: 'Requests do not wait for what is down. Off: every request tries the whole chain.',
  }),
  breakerFailures: setting('BREAKER_FAILURES', whole({ min: 1, max: 1000 }).default(5), {
    about: 'Failures in a row after which a model is passed over.',
    why: 'One or two are chance.',
  }),
  breakerOpenMs: setting('BREAKER_OPEN', durationMs({ min: 10 }).default(10_000), {
    about: 'How long it is passed over before one request tries it again.',
    why: 'Long enough to spare the others, short enough to notice that it is back.',
  }),
  commitAfterMs: setting('COMMIT_AFTER', durationMs({ min: 10 }).default(8_000), {
    about: 'How long after a 2xx of upstream a stream is committed to without output.',
    why: 'contract.md, Streams. Clients give up on a silent stream; until then another model may answer.',
  }),
  keepAliveCommentMs: setting('KEEP_ALIVE_COMMENT', durationMs({ min: 10 }).default(15_000), {
    about: 'How long a running stream may be silent before a comment is sent.',
    why: 'contract.md, Streams: proxies on the way close what is silent for 30 to 60 s.',
  }),
  deadlineMs: setting('REQUEST_DEADLINE', durationMs({ min: 100 }).default(900_000), {
    about: 'The longest that a request may run.',
    why: 'A hold must end after the stream that it pays for.',
  }),
  heldBytesMax: setting('HELD_BYTES', byteSize({ min: 1024 }).default(256 * 1024), {
    about: 'How much of a stream is held back before its first output.',
    why: 'Events before output are small; this bounds memory for each request.',
  }),
  drainMs: setting('DRAIN_TIMEOUT', durationMs().default(8_000), {
    about: 'How long running requests may go on when the gateway is told to stop.',
    why: 'Shorter than the 10 s after which the launcher kills.',
  }),
  keyViewAgeMsMax: setting('KEY_VIEW_AGE', durationMs({ min: 1_000 }).default(5_000), {
    about:
      'How old the view of the keys may be; older: new requests get 503 until the bus answers.',
    why: 'A revoked key that this gateway has not heard of is served for no longer.',
  }),
  refusalsPerSecond: setting('KEYLESS_RECORDS_PER_SECOND', whole({ max: 10_000 }).default(5), {
    about: 'How many refusals without a valid key are recorded each second; others are counted.',
    why: 'A flood of bad keys must not fill the journal.',
  }),
  journalBytesMax: setting(
    'JOURNAL_BYTES',
    byteSize({ min: 64 * 1024 }).default(256 * 1024 * 1024),
    {
      about:
        'How large the journal may grow while the bus is away; full: new requests get 503, whose records have a quarter more.',
      why: 'About 200,000 requests.',
    },
  ),
  idempotencyKeysMax: setting(
    'IDEMPOTENCY_KEYS',
    whole({ min: 1, max: 10_000_000 }).default(50_000),
    {
      about:
        'How many Idempotency-Keys are remembered, by the gateway processes of a machine together.',
      why: 'About 15 MB on disk.',
    },
  ),
  idempotencyKeepMs: setting('IDEMPOTENCY_KEEP', durationMs({ min: 1000 }).default(86_400_000), {
    about: 'How long an Idempotency-Key is remembered.',
    why: 'The day that other APIs have taught clients to expect.',
  }),
  keptIdsMax: setting('KEPT_IDS', whole({ min: 1, max: 100_000_000 }).default(500_000), {
    about:
      'How many ids of responses and their items are remembered with the account that got them; the oldest go first.',
    why: 'About 100 MB on disk; an id that is forgotten is answered 404.',
  }),
  debugRouting: setting('DEBUG_ROUTING', onOff().default(false), {
    about: 'Whether answers carry X-Routor-* headers.',
    why: 'Off in production: the routor object says the same.',
  }),
});

export type IngressConfig = z.infer<typeof ingressConfig>;
