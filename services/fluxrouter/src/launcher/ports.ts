import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Beside the range that the system gives to outgoing connections, so that a restarted process finds its port free. */
const chosenFrom = 20_000;
const chosenTo = 32_000;

/** Processes of a launcher that was killed just now end, and with them go their ports. */
const lettingGoMs = 1500;

export interface PortWish {
  host: string;
  /** The setting that a person would change: named in the error. */
  setting: string;
  /** 0: any free one. */
  port: number;
}

export class PortInUseError extends Error {
  constructor({ setting, host, port }: PortWish, code: string) {
    const reason = code === 'EACCES' ? 'may not be listened on by this user' : 'is in use';
    super(
      `${setting}: port ${port} on ${host} ${reason}. Set ${setting} to another port, or to 0 for any free one.`,
    );
    this.name = 'PortInUseError';
  }
}

/** Ports for the life of this launcher: a process that is started anew keeps its own. */
export async function choosePorts<const Name extends string>(
  wishes: Readonly<Record<Name, PortWish>>,
): Promise<Record<Name, number>> {
  const chosen: Partial<Record<Name, number>> = {};
  const taken = new Set<number>();
  for (const name of Object.keys(wishes) as Name[]) {
    const wish = wishes[name];
    const port = wish.port === 0 ? await freePort(wish.host, taken) : await checkedPort(wish);
    taken.add(port);
    chosen[name] = port;
  }
  return chosen as Record<Name, number>;
}

async function checkedPort(wish: PortWish): Promise<number> {
  const until = performance.now() + lettingGoMs;
  for (;;) {
    const code = await listenError(wish.host, wish.port);
    if (code === undefined) return wish.port;
    if (code !== 'EADDRINUSE' || performance.now() > until) throw new PortInUseError(wish, code);
    await sleep(100);
  }
}

async function freePort(host: string, taken: ReadonlySet<number>): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = randomInt(chosenFrom, chosenTo);
    if (!taken.has(port) && (await listenError(host, port)) === undefined) return port;
  }
  throw new Error(`no free port was found on ${host}`);
}

/** Undefined: it can be listened on. */
function listenError(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
