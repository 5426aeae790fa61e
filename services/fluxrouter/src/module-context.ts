import type { Catalogue } from '@fluxrouter/catalogue';
import type { EventBus } from '@fluxrouter/event-bus';
import type { Accounts } from '@fluxrouter/generated/accounts';
import type { Query } from '@fluxrouter/generated/query';
import type { HealthPort, RouterPort } from '@fluxrouter/ingress';
import type { Journal } from '@fluxrouter/journal';
import type { ClickHouse } from '@fluxrouter/metering';
import type { RateCard } from '@fluxrouter/pricing';
import type { ConfiguredProvider } from '@fluxrouter/provider-proxy';
import type { AdminRoute, Check } from '@fluxrouter/service-kit/admin';
import type { ProviderProxyPort } from '@fluxrouter/service-kit/attempts';
import type { ConfigSchema } from '@fluxrouter/service-kit/config';
import type { ServedService } from '@fluxrouter/service-kit/grpc';
import type { Log } from '@fluxrouter/service-kit/log';
import type { Metrics } from '@fluxrouter/service-kit/metrics';
import type { z } from 'zod';
import type { processConfig, systemConfig } from './config.ts';

/** What modules give each other, by name. Whether it is a call or gRPC, who asks cannot tell. */
export interface Provided {
  accounts: Accounts;
  query: Query;
  router: RouterPort;
  providerProxy: ProviderProxyPort;
  /** In one process only, by their nature: a client, an open file, loaded data. */
  usageTables: UsageTables;
  catalogue: CatalogueData;
  journal: Journal;
  shipped: ShippedEvents;
  breakerHealth: HealthPort;
}

/** Tells of events that have been put on the bus from this process. */
export interface ShippedEvents {
  listen(listener: (type: string, value: Uint8Array) => void): void;
}

/** Where metering writes, for who reads. */
export interface UsageTables {
  client: ClickHouse['client'];
  completeUntil(): Promise<number>;
}

/** What decisions, attempts and listings go by. */
export interface CatalogueData {
  catalogue: Catalogue;
  rateCards: readonly RateCard[];
  /** Those that this process can call. */
  providers: ReadonlyMap<string, ConfiguredProvider>;
  /** By id: those that provider-proxy can call, wherever it is. */
  servableProviders: ReadonlySet<string>;
}

export type ProvidedName = keyof Provided;

export type SystemConfig = z.infer<typeof systemConfig> & z.infer<typeof processConfig>;

/** What every module is given. */
export interface ModuleContext {
  /** Settings of the process and of this module, checked. */
  readonly config: SystemConfig & Readonly<Record<string, unknown>>;
  readonly bus: EventBus;
  readonly log: Log;
  /** Lines that are written whatever the log's level: what operators did. */
  readonly audit: Log;
  readonly metrics: Metrics;
  /** What another module provides: of this process, or over gRPC where it has an address. */
  need<Name extends ProvidedName>(name: Name): Provided[Name];
  /** Whether a module of that name is in this process. */
  isHere(module: string): boolean;
  /** Whether it could be asked at this moment. */
  reachable(name: ProvidedName): boolean;
}

export interface RunningModule {
  provides?: Partial<Provided>;
  /** Served by gRPC where GRPC_PORT is set. */
  serves?: ServedService;
  /** Called before anything is stopped: no more work is wanted here. */
  drain?(): void;
  routes?: readonly AdminRoute[];
  check?: Check;
  stop?(): Promise<void>;
}

/** A module's file: its settings, and its start. */
export interface ModuleFile {
  schema: ConfigSchema;
  start(context: ModuleContext): Promise<RunningModule>;
}
