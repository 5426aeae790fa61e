import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { answersAsBroker } from './ask-broker.ts';
import { freePort } from './free-port.ts';
import { prepareKafka } from './kafka-jars.ts';
import { serverProperties } from './server-properties.ts';

export interface LocalKafkaOptions {
  /** Of its data, its configuration and its log (`kafka.log`); what is there from before is kept. */
  directory: string;
  /** Default: those it had in this directory, else free ones. */
  port?: number;
  /** Properties of the broker beside ours. */
  properties?: Readonly<Record<string, string>>;
  readyTimeoutMs?: number;
}

/** A real broker of one node on loopback, as a child process that ends with ours. */
export interface LocalKafka {
  /** For KAFKA_BROKERS: `127.0.0.1:port`; the same for all of its life. */
  readonly brokers: string;
  /** Of the Java process that runs now. */
  readonly pid: number | undefined;
  /** SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** After `kill` or its own death: the same data, the same ports. Resolves when it answers. */
  start(): Promise<void>;
  /** SIGTERM, and SIGKILL after 30 s. Resolves when it is gone. */
  stop(): Promise<void>;
  /** Called when it ends without having been asked to. */
  onDied(listener: (how: string) => void): void;
}

const log4j = fileURLToPath(new URL('../log4j2.yaml', import.meta.url));
const clusterId = 'AAAAAAAAQACAAAAAAAAAAQ';
const stopGraceMs = 30_000;
const small = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Fetches Kafka where it is not here yet, formats the directory where it is new, starts the broker. */
export async function startLocalKafka(options: LocalKafkaOptions): Promise<LocalKafka> {
  const { directory, readyTimeoutMs = 60_000 } = options;
  const classes = join(await prepareKafka(), '*');
  const data = join(directory, 'data');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const ports = await choosePorts(directory, options.port);
  const configuration = join(directory, 'server.properties');
  const text = serverProperties(data, ports.broker, ports.controller, options.properties ?? {});
  writeFileSync(configuration, text);
  if (!existsSync(join(data, 'meta.properties'))) format(classes, configuration);
  const died: ((how: string) => void)[] = [];
  let wantedEnd = false;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    if (child !== undefined) throw new Error('this Kafka is running already');
    wantedEnd = false;
    const started = launch(classes, configuration, directory);
    child = started;
    const guard = guardOf(started.pid);
    started.once('exit', (code, signal) => {
      guard?.kill('SIGKILL');
      if (child === started) child = undefined;
      if (!wantedEnd) for (const listener of died) listener(signal ?? `exit code ${code}`);
    });
    await untilReady(started, ports.broker, directory, readyTimeoutMs);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    wantedEnd = true;
    const ending = child;
    if (ending === undefined) return;
    const gone = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    ending.kill(signal);
    const killing = setTimeout(() => ending.kill('SIGKILL'), stopGraceMs);
    await gone;
    clearTimeout(killing);
  }

  try {
    await start();
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return {
    brokers: `127.0.0.1:${ports.broker}`,
    get pid() {
      return child?.pid;
    },
    signal: (signal) => void child?.kill(signal),
    kill: () => end('SIGKILL'),
    start,
    stop: () => end('SIGTERM'),
    onDied: (listener) => void died.push(listener),
  };
}

/** Clients know the broker by its port, and its metadata the controller's: both stay. */
async function choosePorts(directory: string, wanted: number | undefined) {
  const file = join(directory, 'ports.json');
  const kept = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { broker: number; controller: number })
    : { broker: await freePort(), controller: await freePort() };
  const ports = { ...kept, broker: wanted ?? kept.broker };
  writeFileSync(file, JSON.stringify(ports));
  return ports;
}

function format(classes: string, configuration: string): void {
  const args = ['format', '-t', clusterId, '-c', configuration];
  const result = spawnSync(
    'java',
    ['-Xmx128m', ...small, '-cp', classes, 'kafka.tools.StorageTool', ...args],
    { encoding: 'utf8', timeout: 60_000 },
  );
  if (result.error) throw new Error(`a local Kafka needs java: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`Kafka could not format: ${result.stderr}`);
}

function launch(classes: string, configuration: string, directory: string): ChildProcess {
  const log = openSync(join(directory, 'kafka.log'), 'a');
  const memory = ['-Xms256m', '-Xmx256m', ...small, `-Dlog4j2.configurationFile=${log4j}`];
  try {
    // A session of its own: Ctrl-C reaches only us, who stop it last.
    return spawn('java', [...memory, '-cp', classes, 'kafka.Kafka', configuration], {
      stdio: ['ignore', log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

/** Java does not know its parent: a shell waits for our end of a pipe to close, kill -9 included. */
function guardOf(pid: number | undefined): ChildProcess | undefined {
  if (pid === undefined) return undefined;
  const script = `cat >/dev/null; kill ${pid}; sleep 5; kill -9 ${pid} 2>/dev/null`;
  const guard = spawn('sh', ['-c', script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => {});
  guard.unref();
  return guard;
}

async function untilReady(
  child: ChildProcess,
  port: number,
  directory: string,
  timeoutMs: number,
): Promise<void> {
  let failure: string | undefined;
  child.once('error', ({ message }) => {
    failure = `a local Kafka needs java: ${message}`;
  });
  child.once('exit', (code, signal) => {
    failure ??= `Kafka ended (${signal ?? code}): ${lastLines(directory)}`;
  });
  const end = performance.now() + timeoutMs;
  while (!(await answersAsBroker(port))) {
    if (failure !== undefined) throw new Error(failure);
    if (performance.now() > end)
      throw new Error(`Kafka was not ready after ${timeoutMs} ms: ${lastLines(directory)}`);
    await sleep(50);
  }
}

function lastLines(directory: string): string {
  return readFileSync(join(directory, 'kafka.log'), 'utf8').slice(-2_000);
}
