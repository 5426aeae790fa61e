import { isName } from './grammar.ts';
import { asRecord } from './usage.ts';

/** Reasoning that a provider has sealed, in a tool turn that is not finished yet. */
export interface SealedTurn {
  /** A seal as it came: a provider's own, or one that was wrapped here. */
  readonly seal: string;
  /** Ids from the same answers, by which it may be known who gave them out; latest first. */
  readonly ids: readonly string[];
}

type Json = Record<string, unknown>;

/** Looks from the end of a request back to the last words of the user; null where nothing is sealed. */
export function sealedMessages({ messages }: Json): SealedTurn | null {
  const found = new Finder();
  for (const message of backwards(messages)) {
    const blocks = [...backwards(message['content'])];
    if (message['role'] === 'user' && !blocks.some(({ type }) => type === 'tool_result')) break;
    for (const { type, id, signature, data } of blocks) {
      if (type === 'tool_use') found.id(id);
      else if (type === 'thinking') found.seal(signature);
      else if (type === 'redacted_thinking') found.seal(data);
    }
  }
  return found.result();
}

/** Chat has seals only where they were put into `reasoning_details` here, for a client to give back. */
export function sealedChat({ messages }: Json): SealedTurn | null {
  const found = new Finder();
  for (const message of backwards(messages)) {
    if (message['role'] === 'user') break;
    for (const { signature } of backwards(message['reasoning_details'])) found.seal(signature);
  }
  return found.result();
}

export function sealedItems({ input }: Json): SealedTurn | null {
  const found = new Finder();
  for (const { type, role, id, encrypted_content: sealed } of backwards(input)) {
    if (role === 'user') break;
    if (type === 'function_call' || type === 'custom_tool_call') found.id(id);
    else if (type === 'reasoning') {
      found.id(id);
      found.seal(sealed);
    }
  }
  return found.result();
}

class Finder {
  readonly #ids: string[] = [];
  #seal: string | null = null;

  id(value: unknown): void {
    if (typeof value === 'string' && isName(value) && this.#ids.length < IDS_MAX) {
      this.#ids.push(value);
    }
  }

  seal(value: unknown): void {
    if (typeof value === 'string' && value !== '') this.#seal ??= value;
  }

  result(): SealedTurn | null {
    return this.#seal === null ? null : { seal: this.#seal, ids: this.#ids };
  }
}

/** One is enough; the others are for the case that it is not known. */
const IDS_MAX = 8;

function* backwards(values: unknown): Generator<Json> {
  if (!Array.isArray(values)) return;
  for (let i = values.length - 1; i >= 0; i--) {
    const value = asRecord(values[i]);
    if (value !== undefined) yield value;
  }
}
