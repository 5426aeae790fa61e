import type { Tail } from '@fluxrouter/event-bus';
import { TOPICS } from '@fluxrouter/events';
import { AccountCommand } from '@fluxrouter/generated/accounts';
import { RpcError } from '@fluxrouter/service-kit/grpc';
import type { AccountsView, Settled } from './accounts-view.ts';
import type { AccountsBus } from './ports.ts';

const commandType = 'AccountCommand';

type Waiter = (settled: Settled) => void;

export interface AccountLogOptions {
  bus: AccountsBus;
  view: AccountsView;
  answerTimeoutMs: number;
  /** Told of what each command, read back, asks to be published. */
  onSettled(settled: Settled): void;
  onError(error: unknown): void;
}

/** Appends commands, reads them back in log order, and answers each caller when it sees its own. */
export class AccountLog {
  readonly #options: AccountLogOptions;
  readonly #waiters = new Map<string, Set<Waiter>>();
  #tail: Tail | undefined;

  constructor(options: AccountLogOptions) {
    this.#options = options;
  }

  /** Resolves when all that was in the log has been applied. */
  async start(): Promise<void> {
    const { bus, view, onError, onSettled } = this.#options;
    this.#tail = await bus.tail({
      topic: TOPICS.accounts.name,
      from: 'start',
      onError,
      onRecords: (records) => {
        for (const { headers, value, offset } of records) {
          if (headers['type'] !== commandType) continue;
          const command = AccountCommand.decode(value);
          const settled = view.apply(command, Number(offset));
          onSettled(settled);
          for (const answer of this.#waiters.get(command.commandId) ?? []) answer(settled);
        }
      },
    });
    await this.#tail.caughtUp();
  }

  isFresh(maxAgeMs: number): boolean {
    return this.#tail?.isFresh(maxAgeMs) ?? false;
  }

  /** What the state machine said of the command when it came back. */
  async run(command: AccountCommand): Promise<Settled> {
    const answer = this.#wait(command.commandId);
    try {
      await this.#options.bus.append(TOPICS.accounts.name, [
        {
          key: command.account,
          value: AccountCommand.encode(command).finish(),
          headers: { type: commandType, version: '1' },
        },
      ]);
    } catch (error) {
      answer.giveUp();
      this.#options.onError(error);
      throw new RpcError('unavailable', 'the account log cannot be written to');
    }
    return answer.promise;
  }

  #wait(commandId: string) {
    const { promise, resolve, reject } = Promise.withResolvers<Settled>();
    const waiters = this.#waiters.get(commandId) ?? new Set<Waiter>();
    const giveUp = () => {
      clearTimeout(timer);
      waiters.delete(waiter);
      if (waiters.size === 0) this.#waiters.delete(commandId);
    };
    const waiter: Waiter = (settled) => {
      giveUp();
      resolve(settled);
    };
    const timer = setTimeout(() => {
      giveUp();
      reject(
        new RpcError(
          'unavailable',
          `it is not known yet what came of ${commandId}: ask again with the same command id`,
        ),
      );
    }, this.#options.answerTimeoutMs);
    this.#waiters.set(commandId, waiters.add(waiter));
    return { promise, giveUp };
  }

  async stop(): Promise<void> {
    await this.#tail?.stop();
  }
}
