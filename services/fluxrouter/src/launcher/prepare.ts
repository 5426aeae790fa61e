import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { newFirstKey } from '@fluxrouter/accounts';
import { catalogueData } from '@fluxrouter/catalogue';
import {
  ConfigError,
  describeConfig,
  readConfig,
  type Secret,
} from '@fluxrouter/service-kit/config';
import type { z } from 'zod';
import {
  type launcherConfig,
  mergeSchemas,
  type processConfig,
  type systemConfig,
} from '../config.ts';
import { exitCodes } from '../exit-codes.ts';
import { providerKeySettings, providerSettings } from '../provider-settings.ts';
import { settingsGroups } from '../settings-groups.ts';
import type { Secrets } from './secrets.ts';
import type { LauncherSettings } from './settings.ts';

type Config = z.infer<typeof systemConfig> &
  z.infer<typeof launcherConfig> &
  z.infer<typeof processConfig> & { keyPepper?: Secret; clickhouseUrl?: string };

/**
 * Run by the launcher, once, in a process of its own: reads every setting there is, says all that is
 * wrong with them, and tells the launcher what it needs.
 */
async function prepare(): Promise<number> {
  const groups = await settingsGroups();
  const schema = mergeSchemas(groups.map((group) => group.schema));
  // The one secret of a process that the launcher makes itself: it need not be set here.
  const keyPepper = process.env['KEY_PEPPER'] || '-'.repeat(32);
  let config: Config;
  try {
    config = readConfig(schema, { ...process.env, KEY_PEPPER: keyPepper }) as Config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\nThe settings and what they take: docs/settings.md\n`);
    return exitCodes.config;
  }
  if (process.argv.includes('--check-config')) {
    process.stdout.write(`${describeConfig(schema, config)}\n`);
    return exitCodes.ok;
  }
  process.send?.(await launcherSettings(config));
  return exitCodes.ok;
}

async function launcherSettings(config: Config): Promise<LauncherSettings> {
  const keys = [...providerSettings(config).values()].map(({ apiKey }) => apiKey !== undefined);
  const providerKeys = providerKeySettings.filter((_name, index) => keys[index]);
  const { sandboxProvider } = config;
  const sandbox =
    config.sandboxUrl === undefined &&
    (sandboxProvider === 'on' || (sandboxProvider === 'auto' && providerKeys.length === 0));
  return {
    dataDir: resolve(config.dataDir),
    host: config.host,
    adminHost: config.adminHost,
    port: config.port,
    adminPort: config.adminPort,
    logLevel: config.logLevel,
    sandbox,
    providerKeys,
    services: process.argv.includes('--services'),
    replicas: config.replicas,
    bus: await busOf(config),
    providers: catalogueData.providers
      .filter((_provider, index) => keys[index] || sandbox || config.sandboxUrl !== undefined)
      .map(({ id }) => id),
    clickhouseServer: config.clickhouseUrl !== undefined,
    stopGraceMs: config.stopGraceMs,
    watchParent: config.watchParent,
    firstRequest: config.firstRequest,
    given: givenSecrets(config),
    fresh: freshSecrets(),
  };
}

/** A Kafka of its own only for `--services`: `npm start` needs nothing installed. */
async function busOf(config: Config): Promise<LauncherSettings['bus']> {
  if (config.kafkaBrokers !== undefined) return 'kafka';
  if (!process.argv.includes('--services') || !config.localKafka) return 'embedded';
  const { absentEngines } = await import('@fluxrouter/local-kafka');
  const absent = absentEngines();
  if (absent.length === 0) return 'local-kafka';
  process.stderr.write(
    `No Kafka: KAFKA_BROKERS is not set, and ${absent.join(' and ')} cannot be found. The bus is the log in DATA_DIR, for processes of this machine.\n`,
  );
  return 'embedded';
}

function givenSecrets({ serviceToken, operatorKey, keyPepper }: Config): Partial<Secrets> {
  return {
    ...(serviceToken && { serviceToken: serviceToken.reveal() }),
    ...(operatorKey && { operatorKey: operatorKey.reveal() }),
    ...(process.env['KEY_PEPPER'] && keyPepper && { keyPepper: keyPepper.reveal() }),
  };
}

function freshSecrets(): Secrets {
  const first = newFirstKey(randomBytes, Date.now());
  return {
    serviceToken: randomBytes(32).toString('base64url'),
    keyPepper: randomBytes(32).toString('base64url'),
    operatorKey: first.operatorKey,
    firstAccountCommand: first.accountCommand,
    firstKeyCommand: first.keyCommand,
    firstKey: first.key,
  };
}

process.exitCode = await prepare();
process.disconnect?.();
