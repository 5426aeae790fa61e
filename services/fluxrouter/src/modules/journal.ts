import { join } from 'node:path';
import type { EventBus } from '@fluxrouter/event-bus';
import { EVENT_VERSION, TOPICS } from '@fluxrouter/events';
import { type IngressConfig, ingressConfig } from '@fluxrouter/ingress';
import { type Journal, openJournal, type Shipper, startShipper } from '@fluxrouter/journal';
import type { Log } from '@fluxrouter/service-kit/log';
import type { ModuleContext, RunningModule, ShippedEvents } from '../module-context.ts';

export const schema = ingressConfig.pick({ journalBytesMax: true });

const SHIP_EVENTS_MAX = 500;
const SHIP_BYTES_MAX = 1024 * 1024;
/** Of an event's way to its record (1 s at most) this is what batching may take. */
const SHIP_LINGER_MS = 25;

/** The journal of a process, and its way to the bus: what ingress and provider-proxy there share. */
export async function start({ config, bus, log }: ModuleContext): Promise<RunningModule> {
  const { journalBytesMax } = config as unknown as IngressConfig;
  const journal = openJournal({
    path: join(config.dataDir, 'journal', fileName(config.journalName, config.gatewayWorker)),
    maxBytes: journalBytesMax,
    onFailure: (err) =>
      log.error({ err }, 'The journal cannot be written to; new requests are refused'),
  });
  const listeners: ShippedListener[] = [];
  const shipper = ship(journal, bus, log, listeners);
  return {
    provides: { journal, shipped: { listen: (listener) => void listeners.push(listener) } },
    check() {
      const { bytes, outboxEntries, failing, acceptsNew } = journal.state();
      return { ready: acceptsNew, detail: { bytes, outbox: outboxEntries, failing } };
    },
    async stop() {
      await shipAll(shipper);
      await journal.close();
    },
  };
}

type ShippedListener = Parameters<ShippedEvents['listen']>[0];

/** A journal each: its lock is its owner's. The first worker has the one of a gateway without workers. */
function fileName(name: string, worker: number): string {
  return worker <= 1 ? `${name}.sqlite` : `${name}-${worker}.sqlite`;
}

function ship(
  journal: Journal,
  bus: EventBus,
  log: Log,
  listeners: readonly ShippedListener[],
): Shipper {
  return startShipper({
    journal,
    publish: async (events) => {
      const records = events.map(({ key, type, value }) => ({
        key,
        value,
        headers: { type, version: EVENT_VERSION },
      }));
      await bus.append(TOPICS.usage.name, records);
      for (const tell of listeners) for (const { type, value } of events) tell(type, value);
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
async function shipAll(shipper: Shipper): Promise<void> {
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, 2_000).unref());
  await Promise.race([shipper.idle(), timeout]);
  await shipper.stop();
}
