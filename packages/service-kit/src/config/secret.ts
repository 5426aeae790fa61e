import { inspect } from 'node:util';

const shown = '[secret]';

/**
 * A value that must not be seen: printed, logged or made JSON of, it is `[secret]`. Whoever needs
 * the value itself asks for it by `reveal`, and that word is easy to search for.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
