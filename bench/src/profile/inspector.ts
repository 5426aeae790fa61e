import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
}

const samplingUs = 250;
const openTimeoutMs = 5_000;

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

/** The CPU profiler of a running process that was started with `--inspect-port`. */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: { result?: unknown; error?: unknown }) => void>();
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data));
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    };
  }

  /** SIGUSR1 makes Node open its inspector: in that one process, whoever shares its flags. */
  static async open(pid: number, port: number): Promise<Inspector> {
    process.kill(pid, 'SIGUSR1');
    const socket = new WebSocket(await debuggerUrl(port));
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    return new Inspector(socket);
  }

  async profileDuring(work: () => Promise<unknown>): Promise<CpuProfile> {
    await this.#call('Profiler.enable');
    await this.#call('Profiler.setSamplingInterval', { interval: samplingUs });
    await this.#call('Profiler.start');
    await work();
    const { profile } = (await this.#call('Profiler.stop')) as { profile: CpuProfile };
    return profile;
  }

  close(): void {
    this.#socket.close();
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(`${method}: ${String(error)}`)),
      );
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}

async function debuggerUrl(port: number): Promise<string> {
  const giveUpAt = performance.now() + openTimeoutMs;
  for (;;) {
    try {
      const listed = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
      const [target] = listed as { webSocketDebuggerUrl: string }[];
      if (target) return target.webSocketDebuggerUrl;
      throw new Error('the inspector lists no process');
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await sleep(50);
    }
  }
}
