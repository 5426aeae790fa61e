import type { EventBus } from '@fluxrouter/event-bus';
import { EVENT_VERSION, TOPICS } from '@fluxrouter/events';
import { type Journal, type Shipper, startShipper } from '@fluxrouter/journal';
import type { Log } from '@fluxrouter/service-kit/log';

const SHIP_EVENTS_MAX = 500;
const SHIP_BYTES_MAX = 1024 * 1024;
/** Of an event's way to its record (1 s at most) this is what batching may take. */
const SHIP_LINGER_MS = 25;
const SHIP_ALL_MS = 2_000;

export interface ShippingParts {
  readonly journal: Journal;
  readonly bus: Pick<EventBus, 'append'>;
  readonly log: Log;
  /** Told of each event that is on the bus now. */
  readonly onShipped?: (type: string, value: Uint8Array) => void;
}

/**
 * The journal's events → the usage topic. Their headers say of which journal they are and the how many-th:
 * whoever reads all of them can tell that one is missing.
 */
export function shipEvents({ journal, bus, log, onShipped }: ShippingParts): Shipper {
  return startShipper({
    journal,
    publish: async (events) => {
      const records = events.map(({ key, type, value, sequence }) => ({
        key,
        value,
        headers: {
          type,
          version: EVENT_VERSION,
          journal: journal.id,
          sequence: String(sequence),
        },
      }));
      await bus.append(TOPICS.usage.name, records);
      if (onShipped !== undefined) for (const { type, value } of events) onShipped(type, value);
    },
    batchEvents: SHIP_EVENTS_MAX,
    batchBytes: SHIP_BYTES_MAX,
    lingerMs: SHIP_LINGER_MS,
    retryBackoffMs: 250,
    onError: (err) =>
      log.error({ err: err as Error }, 'Events could not be shipped; they wait in the journal'),
  });
}

/** What is not shipped in time stays in the journal for the next start. */
export async function shipAll(shipper: Shipper): Promise<void> {
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, SHIP_ALL_MS).unref());
  await Promise.race([shipper.idle(), timeout]);
  await shipper.stop();
}
