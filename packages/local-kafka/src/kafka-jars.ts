import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pom = fileURLToPath(new URL('../pom.xml', import.meta.url));
const cache = fileURLToPath(new URL('../../../node_modules/.cache/kafka/', import.meta.url));
const fetchTimeoutMs = 300_000;

/**
 * The directory of Kafka's jars; Maven fetches them (44 MB) where they are not in the cache yet.
 * Several processes may ask at once. Throws, in words for an operator, where `mvn` fails or is absent.
 */
export async function prepareKafka(): Promise<string> {
  const jars = jarsDirectory();
  if (existsSync(jars)) return jars;
  mkdirSync(dirname(jars), { recursive: true });
  const fetched = mkdtempSync(join(cache, 'fetching-'));
  try {
    await runMaven(fetched);
    renameSync(fetched, jars);
  } catch (error) {
    rmSync(fetched, { recursive: true, force: true });
    // Somebody else was faster.
    if (!existsSync(jars)) throw error;
  }
  return jars;
}

/** Whether the jars are here already: else a start takes as long as 44 MB do. */
export const isKafkaFetched = (): boolean => existsSync(jarsDirectory());

/** Another pom is another directory: what is in one is complete and never changes. */
function jarsDirectory(): string {
  const digest = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 16);
  return join(cache, digest);
}

/** What a local Kafka needs and this machine does not have. */
export function absentEngines(): ('java' | 'maven')[] {
  const absent: ('java' | 'maven')[] = [];
  if (!runs('java', '-version')) absent.push('java');
  if (!runs('mvn', '--version')) absent.push('maven');
  return absent;
}

function runs(program: string, argument: string): boolean {
  return spawnSync(program, [argument], { stdio: 'ignore', timeout: 15_000 }).status === 0;
}

function runMaven(target: string): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
  const child = spawn('mvn', ['-B', '-q', '-f', pom, ...goal, `-DoutputDirectory=${target}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: fetchTimeoutMs,
  });
  let said = '';
  const listen = (text: Buffer) => {
    said = (said + text).slice(-4_000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  return new Promise((resolve, reject) => {
    child.once('error', ({ message }) => reject(new Error(`Kafka's jars need mvn: ${message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`mvn could not fetch Kafka's jars (${signal ?? code}): ${said}`));
    });
  });
}
