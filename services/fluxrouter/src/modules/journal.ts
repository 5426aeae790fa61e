import { join } from 'node:path';
import {
  type IngressConfig,
  ingressConfig,
  shipAll,
  shipEvents,
  tellDamaged,
} from '@fluxrouter/ingress';
import { openJournal } from '@fluxrouter/journal';
import type { ModuleContext, RunningModule, ShippedEvents } from '../module-context.ts';

const metricNames = {
  bytes: 'flux_journal_bytes',
  outbox: 'flux_journal_outbox_events',
} as const;

export const schema = ingressConfig.pick({ journalBytesMax: true });

/** A process that is started anew has its own journal again in seconds. */
export const ADOPT_EVERY_MS = 30_000;

/**
 * Where journals lie. Entries of requests and entries of attempts are closed by other code: those of a
 * provider-proxy without ingress are in a directory of their own, for its like to adopt.
 */
export const journalDirectory = ({ config, isHere }: ModuleContext): string =>
  join(config.dataDir, isHere('ingress') ? 'journal' : 'journal-of-attempts');

/** The journal of a process, and its way to the bus: what ingress and provider-proxy there share. */
export async function start(context: ModuleContext): Promise<RunningModule> {
  const { bus, log, metrics } = context;
  const config = context.config as unknown as IngressConfig & ModuleContext['config'];
  const file = fileName(config.journalName, config.gatewayWorker);
  const journal = openJournal({
    path: join(journalDirectory(context), file),
    maxBytes: config.journalBytesMax,
    onFailure: (err) =>
      log.error({ err }, 'The journal cannot be written to; new requests are refused'),
    onDamaged: (aside, err) => tellDamaged(log, aside, err),
  });
  metrics.gauge({
    name: metricNames.bytes,
    help: 'Bytes kept in the journal',
    collect: () => journal.state().bytes,
  });
  metrics.gauge({
    name: metricNames.outbox,
    help: 'Events in the journal that are not on the bus yet',
    collect: () => journal.state().outboxEntries,
  });
  const listeners: ShippedListener[] = [];
  const onShipped: ShippedListener = (type, value) => {
    for (const tell of listeners) tell(type, value);
  };
  const shipper = shipEvents({ journal, bus, log, onShipped });
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
