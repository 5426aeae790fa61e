import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { freePort } from '@fluxrouter/local-kafka';
import { until } from '@fluxrouter/testing';

const entry = fileURLToPath(new URL('../../../services/fluxrouter/src/main.ts', import.meta.url));

export interface MeteringProcess {
  readonly pid: number;
  /** Rows that are in ClickHouse since its start. */
  rows(): Promise<number>;
  stop(): Promise<void>;
}

/** Metering as `start:services` runs it, with the engine in its process. */
export async function startMeteringProcess(
  brokers: string,
  dataDir: string,
): Promise<MeteringProcess> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=TimeoutNegativeWarning',
      '--max-semi-space-size=16',
      entry,
      '--target=metering',
    ],
    {
      env: {
        PATH: process.env['PATH'],
        ...{ KAFKA_BROKERS: brokers, DATA_DIR: dataDir, ADMIN_PORT: String(port) },
        SERVICE_TOKEN: randomBytes(32).toString('base64url'),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const page = async () => {
    if (child.exitCode !== null) throw new Error(`metering ended (exit code ${child.exitCode})`);
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
    return answer?.ok ? answer.text() : undefined;
  };
  await until('metering to start', page, { timeoutMs: 60_000, everyMs: 20 });
  return {
    pid: child.pid ?? -1,
    async rows() {
      const line = /^flux_metering_rows_total\S* (\d+)/m.exec((await page()) ?? '');
      return Number(line?.[1] ?? 0);
    },
    stop: () => ended(child),
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
