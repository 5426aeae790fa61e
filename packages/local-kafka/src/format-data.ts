import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Two seconds on a machine at rest; over a minute was seen on two busy cores. */
const formatTimeoutMs = 180_000;

/** The cluster id of the data there; formats the directory, under an id of its own, where it is new. */
export function clusterIdOf(data: string, classes: string, configuration: string): string {
  const file = join(data, 'meta.properties');
  if (!existsSync(file)) format(classes, configuration);
  const id = /^cluster\.id=(\S+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
  if (id === undefined) throw new Error(`${file} names no cluster.id: it is no data of Kafka`);
  return id;
}

function format(classes: string, configuration: string): void {
  const id = randomBytes(16);
  // Its text may not begin with a dash: that would be an option.
  id[0] = 0;
  const args = ['format', '-t', id.toString('base64url'), '-c', configuration];
  const jvm = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classes];
  const result = spawnSync('java', [...jvm, 'kafka.tools.StorageTool', ...args], {
    encoding: 'utf8',
    timeout: formatTimeoutMs,
  });
  if (result.error) throw new Error(`a local Kafka needs java: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`Kafka could not format: ${result.stderr}`);
}
