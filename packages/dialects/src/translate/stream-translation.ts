import type { Machine, StreamPart } from '@fluxrouter/conversation';
import type { Codec, OutEvent, Shown, WireEvent } from './codec.ts';
import { restoreCustomParts } from './custom-tools.ts';
import { limitParts } from './limit-parts.ts';
import { UNREADABLE, WireReader } from './read-wire.ts';

export interface TranslationLimits {
  /** The largest event that is read. */
  readonly frameBytesMax: number;
  /** Custom tools that went upstream as functions. */
  readonly customTools?: ReadonlySet<string>;
  /** Characters of the largest answer. */
  readonly charactersMax: number;
}

/** Holds a machine and the state that it is in. */
class Running<In, Out> {
  readonly #machine: Machine<unknown, In, Out>;
  #state: unknown;

  constructor(machine: Machine<unknown, In, Out>) {
    this.#machine = machine;
    this.#state = machine.initial;
  }

  step(input: In): readonly Out[] {
    const [state, out] = this.#machine.step(this.#state, input);
    this.#state = state;
    return out;
  }

  end(): readonly Out[] {
    return this.#machine.end(this.#state);
  }
}

/** A part that has come, and what it is in the client's dialect. */
export interface Translated {
  readonly part: StreamPart;
  readonly events: readonly OutEvent[];
}

/**
 * Bytes of one dialect → events of another: machines in a row, driven as bytes come. It never
 * waits and never throws; who drives it adds back pressure and cancellation.
 */
export class StreamTranslation {
  readonly #reader: WireReader;
  readonly #decode: Running<WireEvent, StreamPart>;
  readonly #limit: Running<StreamPart, StreamPart>;
  readonly #restore: Running<StreamPart, StreamPart>;
  readonly #encode: Running<StreamPart, OutEvent>;

  constructor(
    from: Codec,
    to: Codec,
    options: { readonly model: string | null; readonly shown: Shown } & TranslationLimits,
  ) {
    this.#reader = new WireReader(options.frameBytesMax);
    this.#decode = new Running(from.decodeStream(options.model));
    const limit = limitParts(options.charactersMax);
    this.#limit = new Running(limit as Machine<unknown, StreamPart, StreamPart>);
    const restore = restoreCustomParts(options.customTools ?? new Set());
    this.#restore = new Running(restore as Machine<unknown, StreamPart, StreamPart>);
    this.#encode = new Running(to.encodeStream(options.shown));
  }

  push(chunk: Buffer): Translated[] {
    const told: Translated[] = [];
    for (const event of this.#reader.push(chunk)) {
      if (event === UNREADABLE) {
        this.#tell({ type: 'error', cause: 'malformed' }, told);
        break;
      }
      for (const part of this.#decode.step(event)) this.#tell(part, told);
    }
    return told;
  }

  /** The bytes are over. */
  end(): Translated[] {
    const told: Translated[] = [];
    for (const part of this.#decode.end()) this.#tell(part, told);
    return told;
  }

  #tell(part: StreamPart, told: Translated[]): void {
    for (const within of this.#limit.step(part)) {
      for (const restored of this.#restore.step(within)) {
        told.push({ part: restored, events: this.#encode.step(restored) });
      }
    }
  }
}
