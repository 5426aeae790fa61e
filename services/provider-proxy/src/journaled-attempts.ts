import { attemptEventId, encodeAttemptFinished } from '@fluxrouter/events';
import type { AttemptBegin, AttemptEnd, AttemptHead } from '@fluxrouter/generated/proxy';
import type {
  AttemptCall,
  AttemptSink,
  CancelReason,
  ProviderProxyPort,
} from '@fluxrouter/service-kit/attempts';

/** As much of a journal as attempts need. */
export interface AttemptJournal {
  begin(payload: Uint8Array): number;
  finish(
    entry: number | null,
    events: readonly { key: string; type: string; value: Uint8Array }[],
  ): void;
  whenDurable(callback: (error: Error | null) => void): void;
  state(): { readonly acceptsNew: boolean };
  recovered(): readonly { entry: number; begun: Uint8Array }[];
}

/**
 * Attempts of a provider-proxy in a process of its own. Each is in its journal before the provider
 * is called, and its event before its end is told, so that a kill at any moment leaves exactly one
 * event of it: what it was, or `orphaned` at the next start, charged 0. A journal that is full takes
 * no new ones.
 */
export class JournaledAttempts implements ProviderProxyPort {
  readonly closesOrphans = true;
  readonly #proxy: ProviderProxyPort;
  readonly #journal: AttemptJournal;
  readonly #entries: Map<string, number>;

  /** @param entries open entries by event id: whoever publishes an event takes its entry out */
  constructor(proxy: ProviderProxyPort, journal: AttemptJournal, entries: Map<string, number>) {
    this.#proxy = proxy;
    this.#journal = journal;
    this.#entries = entries;
  }

  begin(begin: AttemptBegin, sink: AttemptSink): AttemptCall {
    // Full, or failing: what could not be recorded is not made.
    if (!this.#journal.state().acceptsNew) {
      queueMicrotask(() => sink.lost(false));
      return NOT_MADE;
    }
    const eventId = attemptEventId(begin.request?.requestId ?? '', begin.number);
    const entry = this.#journal.begin(begunRow(begin));
    this.#entries.set(eventId, entry);
    const attempt = new JournaledAttempt(this.#journal, sink);
    this.#journal.whenDurable((error) => {
      if (error === null && !attempt.cancelled) {
        attempt.call = this.#proxy.begin(begin, attempt);
        return;
      }
      // The provider was not called: there is nothing to tell of it.
      this.#entries.delete(eventId);
      this.#journal.finish(entry, []);
      sink.lost(false);
    });
    return attempt;
  }
}

const NOT_MADE: AttemptCall = { accept() {}, cancel() {}, resume() {} };

class JournaledAttempt implements AttemptCall, AttemptSink {
  readonly #journal: AttemptJournal;
  readonly #sink: AttemptSink;
  call: AttemptCall | null = null;
  cancelled = false;

  constructor(journal: AttemptJournal, sink: AttemptSink) {
    this.#journal = journal;
    this.#sink = sink;
  }

  accept(): void {
    this.call?.accept();
  }

  cancel(reason: CancelReason): void {
    this.cancelled = true;
    this.call?.cancel(reason);
  }

  resume(): void {
    this.call?.resume();
  }

  head(head: AttemptHead): void {
    this.#sink.head(head);
  }

  data(bytes: Buffer, output: boolean, atBoundary: boolean): boolean {
    return this.#sink.data(bytes, output, atBoundary);
  }

  end(end: AttemptEnd): void {
    // A journal that fails keeps it in memory and tries again: who waits is told all the same.
    this.#journal.whenDurable(() => this.#sink.end(end));
  }

  lost(begun: boolean): void {
    this.#sink.lost(begun);
  }
}

/** What a crash from here on makes true: the attempt's event, charged 0. */
function begunRow({ request, number, candidate, holdPicoUsd }: AttemptBegin): Buffer {
  const event = encodeAttemptFinished({
    request,
    attempt: number,
    provider: candidate?.provider ?? '',
    model: candidate?.model ?? '',
    upstreamModel: '',
    startedAtMs: Date.now(),
    firstByteMs: undefined,
    durationMs: 0,
    status: 0,
    outcome: 'orphaned',
    errorCode: '',
    usage: undefined,
    accepted: false,
    costPicoUsd: 0n,
    chargedPicoUsd: 0n,
    housePicoUsd: 0n,
    directCostPicoUsd: 0n,
    providerCostPicoUsd: 0n,
    holdPicoUsd,
    savingsPermille: undefined,
    bodyId: '',
    upstreamId: '',
  });
  const account = Buffer.from(request?.account ?? '');
  return Buffer.concat([Buffer.of(account.length), account, event]);
}

/** Turns what a killed predecessor left open into `orphaned` events. @returns how many attempts. */
export function closeOrphanedAttempts(journal: AttemptJournal): number {
  const entries = journal.recovered();
  for (const { entry, begun } of entries) {
    const row = Buffer.from(begun.buffer, begun.byteOffset, begun.byteLength);
    const valueAt = 1 + row.readUInt8(0);
    const key = row.toString('utf8', 1, valueAt);
    journal.finish(entry, [{ key, type: 'AttemptFinished', value: row.subarray(valueAt) }]);
  }
  return entries.length;
}
