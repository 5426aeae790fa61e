import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sandbox } from './attempt.ts';
import { type BookEntry, openFileBook, openMemoryBook } from './book.ts';
import { createFaultGate } from './faults.ts';
import { createTokenSource } from './ids.ts';
import { createSandboxServer } from './server.ts';

export type { BookEntry, Outcome } from './book.ts';
export { type Directives, directiveMembers } from './directives.ts';
export type { Dialect } from './providers.ts';

export interface SandboxOptions {
  readonly host?: string | undefined;
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined;
  /** Where the durable book is; without it the book lives in memory and keeps the latest entries. */
  readonly bookPath?: string | undefined;
  /** Books the SHA-256 of every answer's body. */
  readonly hashBodies?: boolean | undefined;
}

export interface RunningSandbox {
  readonly url: string;
  readonly port: number;
  /** Ends at once: running answers are cut. */
  close(): Promise<void>;
  /** All entries of the book, oldest first. */
  book(): BookEntry[];
}

/** Starts the sandbox provider; resolves when it accepts connections. */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const host = options.host ?? '127.0.0.1';
  const book = options.bookPath ? openFileBook(options.bookPath) : openMemoryBook();
  const sandbox: Sandbox = {
    book,
    nextToken: createTokenSource(),
    gate: createFaultGate(),
    hashBodies: options.hashBodies ?? false,
  };
  const server = createSandboxServer(sandbox);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    book: () => book.read(0, Infinity),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      // The attempts that this has cut are booked in the next turns.
      await nextTurn();
      await nextTurn();
      book.close();
    },
  };
}
