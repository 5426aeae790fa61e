import type { KeyObject } from 'node:crypto';
import type { Catalogue, ListOptions } from '@fluxrouter/catalogue';
import { type FluxError, fluxError } from '@fluxrouter/errors';
import type { EventBus } from '@fluxrouter/event-bus';
import type { Query } from '@fluxrouter/generated/query';
import type { Journal } from '@fluxrouter/journal';
import type { ProviderProxyPort } from '@fluxrouter/service-kit/attempts';
import type { Log } from '@fluxrouter/service-kit/log';
import type { Metrics } from '@fluxrouter/service-kit/metrics';
import { Breakers } from './breakers.ts';
import type { IngressConfig } from './config.ts';
import { makeApp } from './http/app.ts';
import { type ListeningServer, listen } from './http/server.ts';
import { KeyView } from './keys/key-view.ts';
import { ingressMetricNames } from './metric-names.ts';
import { makeModelListing } from './models-listing.ts';
import { recoverOrphans } from './orphans.ts';
import type { HealthPort, RouterPort } from './ports.ts';
import { RefusalQuota } from './refusal-quota.ts';
import { IdempotencyKeys } from './remembered/idempotency.ts';
import { KeptIds } from './remembered/kept-ids.ts';
import { RememberedFile } from './remembered/remembered-file.ts';
import { RunningRequests } from './running-requests.ts';
import { makeSealedOrigin } from './sealed-origin.ts';

/** A request's end may be late by this much over its deadline. */
const RUNNING_GRACE_MS = 60_000;

export interface IngressNeeds {
  readonly config: IngressConfig;
  readonly at: { readonly host: string; readonly port: number };
  readonly bus: EventBus;
  readonly journal: Journal;
  readonly router: RouterPort;
  readonly health: HealthPort;
  readonly proxy: ProviderProxyPort;
  readonly query: Query;
  /** Whether there is a router, and a provider-proxy, that can be asked now. */
  readonly reachable: () => { readonly router: boolean; readonly providerProxy: boolean };
  readonly catalogue: Catalogue;
  readonly listing: ListOptions;
  readonly pepper: KeyObject;
  /** Shared by the gateway processes of this machine, of which this is one. */
  readonly remembered: { readonly path: string; readonly owner: string };
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Ingress {
  readonly port: number;
  readiness(): { ready: boolean; detail: Record<string, number | boolean> };
  /** Requests of another process, whose journal was adopted here: their Idempotency-Keys are free again. */
  closedAsOrphaned(ids: readonly string[]): void;
  stop(): Promise<void>;
}

/** Starts ingress: orphans of a killed predecessor first, then the keys, then the doors. */
export async function startIngress(needs: IngressNeeds): Promise<Ingress> {
  const { config, journal, log, metrics } = needs;
  const orphans = recoverOrphans(journal, Date.now(), (err) =>
    log.error(
      { err: err as Error },
      'An open request in the journal cannot be read: it has no record',
    ),
  );
  if (orphans.length > 0)
    log.warn(
      { orphans: orphans.length },
      'Requests of a killed predecessor were closed as orphaned',
    );
  const running = new RunningRequests(
    Math.max(
      5,
      Math.min(
        1_000,
        config.commitAfterMs / 4,
        config.keepAliveCommentMs / 4,
        config.deadlineMs / 4,
      ),
    ),
  );
  const keys = new KeyView(needs.pepper, (key) => running.revoke(key));
  await keys.start(needs.bus);

  const faults = metrics.counter({
    name: ingressMetricNames.faults,
    help: 'Requests that met a fault of ours',
  });
  const onFault = (err: unknown): void => {
    faults.inc();
    log.error({ err: err instanceof Error ? err : undefined }, 'A request met a fault of ours');
  };
  const remembered = new RememberedFile(needs.remembered.path, needs.remembered.owner, config);
  remembered.settleKeys(orphans);
  const onForgotten = (err: unknown): void =>
    log.error(
      { err: err instanceof Error ? err : undefined },
      'What is remembered is not to be had',
    );
  const keptIds = new KeptIds(needs.query, remembered, onForgotten);
  const count = countRequests(metrics, running);
  let draining = false;
  const unavailable = (): FluxError | null => {
    if (draining) return fluxError('unavailable', { message: 'This gateway is shutting down.' });
    if (!journal.state().acceptsNew) return fluxError('unavailable');
    return keys.isFresh(config.keyViewAgeMsMax) ? null : fluxError('unavailable');
  };
  const readiness = () => {
    const { acceptsNew } = journal.state();
    const keysFresh = keys.isFresh(config.keyViewAgeMsMax);
    const { router, providerProxy } = needs.reachable();
    return {
      ready: !draining && acceptsNew && keysFresh && router && providerProxy,
      detail: { router, providerProxy, draining, keysFresh, journalAcceptsNew: acceptsNew },
    };
  };

  const models = makeModelListing(needs.catalogue, needs.listing);
  const app = makeApp(
    {
      keys,
      router: needs.router,
      models,
      run: {
        journal,
        proxy: needs.proxy,
        breakers: new Breakers(
          {
            on: config.breakers,
            failuresMax: config.breakerFailures,
            openMs: config.breakerOpenMs,
          },
          needs.health,
        ),
        running,
        streamOptions: (provider) =>
          needs.catalogue.providers.get(provider)?.quirks.streamUsageOption ?? true,
        retriesMax: config.retriesMax,
        commitAfterMs: config.commitAfterMs,
        keepAliveMs: config.keepAliveCommentMs,
        deadlineMs: config.deadlineMs,
        heldBytesMax: config.heldBytesMax,
        ended: count,
        fault: onFault,
        served: (ids, account, by) => keptIds.remember(ids, account, by),
      },
      keptIds,
      sealedOrigin: makeSealedOrigin(needs.catalogue, keptIds),
      idempotency: new IdempotencyKeys(
        remembered,
        {
          pepper: needs.pepper,
          keepMs: config.idempotencyKeepMs,
          runningMsMax: config.deadlineMs + RUNNING_GRACE_MS,
        },
        onForgotten,
      ),
      refusalQuota: new RefusalQuota(config.refusalsPerSecond, config.refusalsPerSecond * 4),
      limits: { bodyBytesMax: config.bodyBytesMax, depthMax: config.depthMax },
      debugRouting: config.debugRouting,
      unavailable,
    },
    {
      keys,
      query: needs.query,
      models,
      readiness,
      onFault,
    },
  );
  metrics
    .counter({ name: ingressMetricNames.orphans, help: 'Requests closed as orphaned at start' })
    .inc(orphans.length);
  const server = await listen(app, config, needs.at);
  return {
    port: server.port,
    readiness,
    closedAsOrphaned: (ids) => remembered.giveBack(ids),
    async stop() {
      draining = true;
      await stopServing(server, running, config.drainMs);
      await keys.stop();
      await remembered.close();
    },
  };
}

/** No new requests; running ones get their time; then all connections go. */
async function stopServing(
  server: ListeningServer,
  running: RunningRequests,
  drainMs: number,
): Promise<void> {
  server.stopAccepting();
  await running.drain(drainMs);
  await server.close();
}

function countRequests(metrics: Metrics, running: RunningRequests) {
  const names = ingressMetricNames;
  const requests = metrics.counter({
    name: names.requests,
    help: 'Requests to paths that serve models, by how they ended',
    labels: ['outcome', 'status'],
  });
  metrics.gauge({ name: names.running, help: 'Requests under way', collect: () => running.size });
  return (outcome: string, status: number): void => {
    requests.inc({ outcome, status: String(status) });
  };
}
