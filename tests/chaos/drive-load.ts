import { setTimeout as sleep } from 'node:timers/promises';
import { directed } from '../e2e/support/ask.ts';
import { type ClientDialect, clientDialects, messages } from '../e2e/support/dialects.ts';
import { type OpenAnswer, start } from '../e2e/support/http-client.ts';
import { seededRandom } from '../e2e/support/random.ts';
import { framesOf } from '../e2e/support/sse.ts';

/** What a client knows of its request. */
export interface Asked {
  /** In the event (`client_request_id`) and in the provider's book (`mark`). */
  readonly mark: string;
  /** As its answer's head told it; empty: there was no head. */
  readonly id: string;
  /** 0: no head. */
  readonly status: number;
  /** `whole`: all of it, as the dialect ends; `left`: the client went; `cut`: an end that is none. */
  /** Of a refusal: it says when to come again. */
  readonly retryAfter: boolean;
  readonly ending: 'whole' | 'left' | 'cut' | 'refused' | 'no connection';
}

interface Question {
  readonly dialect: ClientDialect;
  readonly directive: object;
  readonly stream: boolean;
  readonly model: string;
  /** The client leaves so long after its question; null: it stays. */
  readonly leavesAfterMs: number | null;
}

/** The n-th question of a seed: of all kinds, faults of upstream and of clients among them. */
function questionOf(seed: number, n: number, mark: string): Question {
  const random = seededRandom(seed * 1_000_003 + n);
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const dialect = pick(clientDialects);
  const pinned = dialect === messages ? 'claude-opus-4.8' : 'flux-pinned-gpt-5.4-mini';
  const model = pick(['flux-auto', 'flux-fast', 'flux-standard', pinned]);
  const odd = pick<object>([
    { words: 9, usage: 'none' },
    { words: 9, usage: 'zero' },
    { words: 9, usage: 'everyChunk' },
    { words: 9, usage: 'repeat' },
    { tokens: { input: upTo(5_000), cacheRead: upTo(3_000), output: upTo(900) } },
    { words: upTo(30), chunkDelayMs: upTo(40) },
    { words: upTo(12), headDelayMs: upTo(300) },
    { status: 500, failTimes: 1, failKey: mark },
    { status: 429, failTimes: 1, failKey: mark },
    { status: 400, errorMessage: 'no' },
    { words: 9, die: { afterChunks: 2, how: 'reset' } },
    { words: 9, die: { afterChunks: -1, how: 'reset' }, failTimes: 1, failKey: mark },
    { words: 9, errorAfterChunks: 2 },
  ]);
  const directive = random() < 0.45 ? odd : { words: upTo(30) };
  const leavesAfterMs = random() < 0.06 ? upTo(60) : null;
  return { dialect, directive, stream: random() < 0.6, model, leavesAfterMs };
}

export interface LoadParts {
  readonly seed: number;
  /** Answers that are wanted: of a request that reached a provider, or could have. */
  readonly answers: number;
  readonly clients: number;
  /** Of the first question; those of two loads have to differ. */
  readonly first?: number;
  /** Asked for each request: addresses change where the system is started anew. */
  target(n: number): { readonly baseUrl: string; readonly key: string };
  onAnswer(answered: number): void;
  /** Asked once so many answers have come: whether more are needed all the same. */
  goesOn?(): boolean;
}

/** How long a client that found nobody waits before it asks again. */
const AGAIN_AFTER_MS = 100;
/** Of a 503: less than it advises, so that a journal stays full. */
const REFUSED_AGAIN_AFTER_MS = 500;
/** Nobody waits longer: the longest answers take 1.2 s, the longest pause of a process 4 s. */
const PATIENCE_MS = 60_000;

/** Asks on and on, `clients` at a time, until so many answers have come. */
export async function driveLoad(parts: LoadParts): Promise<Asked[]> {
  const asked: Asked[] = [];
  let answered = 0;
  let next = parts.first ?? 0;
  async function work(): Promise<void> {
    while (answered < parts.answers || parts.goesOn?.() === true) {
      const n = next;
      next += 1;
      const one = await ask(parts, n);
      asked.push(one);
      if (one.status === 503) await sleep(REFUSED_AGAIN_AFTER_MS);
      else if (one.ending === 'no connection') await sleep(AGAIN_AFTER_MS);
      else {
        answered += 1;
        parts.onAnswer(answered);
      }
    }
  }
  await Promise.all(Array.from({ length: parts.clients }, work));
  return asked;
}

async function ask({ seed, target }: LoadParts, n: number): Promise<Asked> {
  const mark = `chaos-${seed}-${n}`;
  const { dialect, directive, stream, model, leavesAfterMs } = questionOf(seed, n, mark);
  const body = dialect.ask(directed({ ...directive, mark }), { model, stream });
  const headers = { 'x-client-request-id': mark };
  const asking = start(target(n), dialect.path, { body, headers });
  let left = false;
  let answer: OpenAnswer | undefined;
  const leave = () => {
    left = true;
    asking.leave();
    answer?.leave();
  };
  const leaving = setTimeout(leave, leavesAfterMs ?? PATIENCE_MS);
  try {
    answer = await asking.head;
    const id = answer.headers.get('x-flux-request-id') ?? '';
    const { status, text, wasReset } = await answer.readAll();
    const retryAfter = answer.headers.has('retry-after');
    const known = { mark, id, status, retryAfter };
    if (status !== 200) return { ...known, ending: 'refused' };
    const isWhole = !wasReset && (!stream || dialect.isComplete(framesOf(text)));
    return { ...known, ending: isWhole ? 'whole' : left ? 'left' : 'cut' };
  } catch {
    return { mark, id: '', status: 0, retryAfter: false, ending: left ? 'left' : 'no connection' };
  } finally {
    clearTimeout(leaving);
  }
}
