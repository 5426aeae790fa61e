import type { Secrets } from './secrets.ts';

/** What the launcher needs of the settings, checked, as plain data. */
export interface LauncherSettings {
  /** Absolute. */
  dataDir: string;
  host: string;
  adminHost: string;
  port: number;
  adminPort: number;
  logLevel: string;
  /** Start the sandbox provider. */
  sandbox: boolean;
  /** Settings of providers that have a key. */
  providerKeys: string[];
  /** Each service in a process of its own (`--services`), so many of each. */
  services: boolean;
  replicas: number;
  /** The bus of the services: brokers that are given, one started here, or the log in DATA_DIR. */
  bus: 'kafka' | 'local-kafka' | 'embedded';
  /** Ids of the providers that can be called, by their key or by a sandbox. */
  providers: string[];
  /** ClickHouse is a server, which several processes can write to. */
  clickhouseServer: boolean;
  stopGraceMs: number;
  watchParent: boolean;
  firstRequest: boolean;
  /** Secrets that are given by the environment; they are not kept in DATA_DIR. */
  given: Partial<Secrets>;
  /** For what DATA_DIR does not have yet. */
  fresh: Secrets;
}
