import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { clusterIdAt } from './ask-broker.ts';
import { clusterIdOf } from './format-data.ts';
import { canListen, freePort, PortTakenError } from './free-port.ts';
import { prepareKafka } from './kafka-jars.ts';
import { serverProperties } from './server-properties.ts';

export interface LocalKafkaOptions {
  /** Of its data, its configuration and its log (`kafka.log`); what is there from before is kept. */
  directory: string;
  /** Default: a free one. Rejects with a PortTakenError where it is in use. */
  port?: number;
  /** Properties of the broker beside ours. */
  properties?: Readonly<Record<string, string>>;
  /** Default 180 s: 2.5 on a machine at rest; over a minute was seen on two busy cores. */
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

interface Ports {
  broker: number;
  controller: number;
}

const log4j = fileURLToPath(new URL('../log4j2.yaml', import.meta.url));
const stopGraceMs = 30_000;
const small = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
/** Java binds its ports seconds after they were found free. */
const portTriesMax = 5;

/** Fetches Kafka where it is not here yet, formats the directory where it is new, starts the broker. */
export async function startLocalKafka(options: LocalKafkaOptions): Promise<LocalKafka> {
  const classes = join(await prepareKafka(), '*');
  for (let tries = 1; ; tries += 1) {
    const ports = await choosePorts(options.port);
    const { kafka, start } = makeKafka(options, classes, ports);
    try {
      await start();
      return kafka;
    } catch (error) {
      const other = error instanceof PortTakenError && error.port !== options.port;
      if (!other || tries === portTriesMax) throw error;
    }
  }
}

function makeKafka(options: LocalKafkaOptions, classes: string, ports: Ports) {
  const { directory, readyTimeoutMs = 180_000 } = options;
  const data = join(directory, 'data');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const configuration = join(directory, 'server.properties');
  const text = serverProperties(data, ports.broker, ports.controller, options.properties ?? {});
  writeFileSync(configuration, text);
  const clusterId = clusterIdOf(data, classes, configuration);
  const died: ((how: string) => void)[] = [];
  let wantedEnd = false;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    if (child !== undefined) throw new Error('this Kafka is running already');
    wantedEnd = false;
    for (const port of Object.values(ports)) {
      if (!(await canListen(port))) throw new PortTakenError(port);
    }
    const log = openSync(join(directory, 'kafka.log'), 'a');
    const words = { file: join(directory, 'kafka.log'), from: fstatSync(log).size };
    const started = launch(classes, configuration, log);
    closeSync(log);
    child = started;
    const guard = guardOf(started.pid);
    let answered = false;
    started.once('exit', (code, signal) => {
      guard?.kill('SIGKILL');
      if (child === started) child = undefined;
      if (answered && !wantedEnd)
        for (const listener of died) listener(signal ?? `exit code ${code}`);
    });
    try {
      await untilReady(started, ports.broker, clusterId, words, readyTimeoutMs);
      answered = true;
    } catch (error) {
      await end('SIGKILL');
      child = undefined;
      throw error;
    }
  }

  /** Its ports are known to others: who has taken one meanwhile is waited for. */
  async function startAgain(): Promise<void> {
    const patience = performance.now() + readyTimeoutMs;
    for (;;) {
      try {
        return await start();
      } catch (error) {
        if (!(error instanceof PortTakenError) || performance.now() > patience) throw error;
        await sleep(200);
      }
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    wantedEnd = true;
    const ending = child;
    if (ending?.pid === undefined) return;
    const gone = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    ending.kill(signal);
    const killing = setTimeout(() => ending.kill('SIGKILL'), stopGraceMs);
    await gone;
    clearTimeout(killing);
  }

  const kafka: LocalKafka = {
    brokers: `127.0.0.1:${ports.broker}`,
    get pid() {
      return child?.pid;
    },
    signal: (signal) => void child?.kill(signal),
    kill: () => end('SIGKILL'),
    start: startAgain,
    stop: () => end('SIGTERM'),
    onDied: (listener) => void died.push(listener),
  };
  return { kafka, start };
}

async function choosePorts(wanted: number | undefined): Promise<Ports> {
  const broker = wanted ?? (await freePort());
  for (;;) {
    const controller = await freePort();
    if (controller !== broker) return { broker, controller };
  }
}

function launch(classes: string, configuration: string, log: number): ChildProcess {
  const memory = ['-Xms256m', '-Xmx256m', ...small, `-Dlog4j2.configurationFile=${log4j}`];
  // A session of its own: Ctrl-C reaches only us, who stop it last.
  return spawn('java', [...memory, '-cp', classes, 'kafka.Kafka', configuration], {
    stdio: ['ignore', log, log],
    detached: true,
  });
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

/** What this run of the broker has written so far. */
interface Words {
  file: string;
  from: number;
}

const said = ({ file, from }: Words) => readFileSync(file).toString('utf8', from);

/** Who answers on its port may be another: only with its own cluster id it is this one. */
async function untilReady(
  child: ChildProcess,
  port: number,
  clusterId: string,
  words: Words,
  timeoutMs: number,
): Promise<void> {
  let failure: Error | undefined;
  child.once('error', ({ message }) => {
    failure = new Error(`a local Kafka needs java: ${message}`);
  });
  child.once('exit', (code, signal) => {
    failure ??= new Error(`Kafka ended (${signal ?? code}): ${said(words).slice(-2_000)}`);
  });
  const end = performance.now() + timeoutMs;
  while ((await clusterIdAt(port)) !== clusterId) {
    // It says so at once, and ends much later.
    const taken = takenPort(said(words));
    if (taken !== undefined) throw new PortTakenError(taken);
    if (failure !== undefined) throw failure;
    if (performance.now() > end)
      throw new Error(`Kafka was not ready after ${timeoutMs} ms: ${said(words).slice(-2_000)}`);
    await sleep(50);
  }
}

function takenPort(words: string): number | undefined {
  const port = /failed to bind to \S+:(\d+): Address already in use/.exec(words)?.[1];
  return port === undefined ? undefined : Number(port);
}
