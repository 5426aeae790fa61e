import { RequestFacts } from '@fluxrouter/generated/events';
import { AttemptBegin, AttemptEnd, AttemptHead } from '@fluxrouter/generated/proxy';
import { afterEach, describe, expect, test } from 'vitest';
import type { AttemptCall, AttemptSink, ProviderProxyPort } from '../../attempts.ts';

export interface AttemptsBinding {
  bind(proxy: ProviderProxyPort): Promise<ProviderProxyPort>;
  close(): Promise<void>;
}

export const beginning = (more: Partial<AttemptBegin> = {}): AttemptBegin => ({
  ...AttemptBegin.fromPartial({
    request: RequestFacts.fromPartial({
      requestId: 'req_1',
      account: 'acc_1',
      receivedAtMs: 1.5e12,
    }),
    number: 1,
    candidate: { model: 'gpt-6', provider: 'openai', upstreamModel: 'gpt-6-2026' },
    dialect: 'openai-chat',
    stream: true,
    body: Buffer.from('{"model":"flux-auto"}'),
    modelStart: 9,
    modelEnd: 20,
    headers: [{ name: 'accept', value: 'Grüße' }],
    holdPicoUsd: 18_446_744_073_709_551_615n,
    routedModel: 'gpt-6',
  }),
  ...more,
});

export const ending = (more: Partial<AttemptEnd> = {}): AttemptEnd => ({
  ...AttemptEnd.fromPartial({
    outcome: 'completed',
    usage: { input: 0, output: 12, source: 'provider' },
    costPicoUsd: 9_007_199_254_740_993n,
    chargedPicoUsd: 1n,
    savingsPermille: -41,
    bodyId: 'chatcmpl-1',
    upstreamId: 'up-1',
    storedIds: ['file-1', 'file-2'],
    notes: ['dropped:penalties:frequencyPenalty'],
    finalBytes: Buffer.from('data: [DONE]\n\n'),
  }),
  ...more,
});

/** What a caller was told, in order. */
export class Seen implements AttemptSink {
  readonly story: string[] = [];
  readonly bytes: Buffer[] = [];
  received = 0;
  ended: AttemptEnd | null = null;
  /** What `data` returns. */
  reads = true;
  readonly over: Promise<void>;
  #over: () => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.#over = resolve;
    });
  }

  head({ status, headers }: AttemptHead): void {
    this.story.push(`head ${status} ${headers.map(({ name, value }) => `${name}=${value}`)}`);
  }

  data(bytes: Buffer, output: boolean, atBoundary: boolean): boolean {
    this.story.push(`data ${bytes.length} ${output} ${atBoundary}`);
    this.bytes.push(Buffer.from(bytes));
    this.received += bytes.length;
    return this.reads;
  }

  end(end: AttemptEnd): void {
    this.ended = end;
    this.story.push(`end ${end.outcome}`);
    this.#over();
  }

  lost(begun: boolean): void {
    this.story.push(`lost ${begun}`);
    this.#over();
  }
}

/** A provider-proxy under the hand of a test. */
export class FakeProxy implements ProviderProxyPort {
  readonly attempts: FakeAttempt[] = [];

  begin(begin: AttemptBegin, sink: AttemptSink): AttemptCall {
    if (begin.dialect === 'fault') throw new TypeError('a prompt may be quoted here');
    const attempt = new FakeAttempt(begin, sink);
    this.attempts.push(attempt);
    return attempt;
  }

  async attempt(index: number): Promise<FakeAttempt> {
    await until(() => this.attempts.length > index);
    return this.attempts[index] as FakeAttempt;
  }
}

export class FakeAttempt implements AttemptCall {
  readonly begin: AttemptBegin;
  readonly sink: AttemptSink;
  readonly told: string[] = [];

  constructor(begin: AttemptBegin, sink: AttemptSink) {
    this.begin = begin;
    this.sink = sink;
  }

  async untilTold(what: string): Promise<void> {
    await until(() => this.told.includes(what));
  }

  accept(): void {
    this.told.push('accept');
  }

  cancel(reason: string): void {
    this.told.push(`cancel ${reason}`);
  }

  resume(): void {
    this.told.push('resume');
  }
}

/** What ingress may rely on, whether provider-proxy is in its process or behind the frames. */
export function describeAttempts(name: string, makeBinding: () => Promise<AttemptsBinding>): void {
  describe(`${name}: attempts`, () => {
    let binding: AttemptsBinding | undefined;
    const proxy = () => new FakeProxy();
    const bound = async (there: ProviderProxyPort) => {
      binding = await makeBinding();
      return binding.bind(there);
    };
    afterEach(async () => {
      await binding?.close();
      binding = undefined;
    });

    test('all of the question arrives as it was asked', async () => {
      const there = proxy();
      const api = await bound(there);
      api.begin(beginning(), new Seen());
      const { begin } = await there.attempt(0);
      const { initialCredit: _credit, ...asked } = begin;
      const { initialCredit: _zero, ...sent } = beginning();
      expect(JSON.stringify(asked, told)).toEqual(JSON.stringify(sent, told));
    });

    test('head, bytes, accept and end arrive as they were, in order', async () => {
      const there = proxy();
      const api = await bound(there);
      const seen = new Seen();
      const call = api.begin(beginning(), seen);
      const attempt = await there.attempt(0);
      attempt.sink.head(
        AttemptHead.fromPartial({ status: 200, headers: [{ name: 'a', value: 'é' }] }),
      );
      expect(attempt.sink.data(Buffer.from('data: 1\n\n'), false, true)).toBe(true);
      attempt.sink.data(Buffer.alloc(0), true, true);
      attempt.sink.data(Buffer.from('data: 2'), true, false);
      await until(() => seen.story.length === 4);
      call.accept();
      await attempt.untilTold('accept');
      attempt.sink.end(ending());
      await seen.over;
      expect(seen.story).toEqual([
        'head 200 a=é',
        'data 9 false true',
        'data 0 true true',
        'data 7 true false',
        'end completed',
      ]);
      expect(JSON.stringify(seen.ended, told)).toEqual(JSON.stringify(ending(), told));
    });

    test('a failure arrives with all that is known of it', async () => {
      const there = proxy();
      const api = await bound(there);
      const seen = new Seen();
      api.begin(beginning(), seen);
      const failure = {
        code: 'upstream_error',
        status: 400,
        nextMayHelp: true,
        retryMayHelp: false,
        retryAfterSeconds: 0,
        clientMessage: 'Schöne „Grüße“',
        param: 'messages[0]',
        upstreamType: 'invalid_request_error',
        upstreamCode: '',
      };
      const end = ending({ outcome: 'failed', failure, usage: undefined });
      (await there.attempt(0)).sink.end(end);
      await seen.over;
      expect(JSON.stringify(seen.ended, told)).toEqual(JSON.stringify(end, told));
    });

    test('a cancel reaches the attempt, which still ends', async () => {
      const there = proxy();
      const api = await bound(there);
      const seen = new Seen();
      const call = api.begin(beginning(), seen);
      const attempt = await there.attempt(0);
      call.cancel('client_gone');
      await attempt.untilTold('cancel client_gone');
      attempt.sink.end(ending({ outcome: 'client_gone' }));
      await seen.over;
      expect(seen.story).toEqual(['end client_gone']);
    });

    test('bodies of megabytes arrive whole, both ways', async () => {
      const there = proxy();
      const api = await bound(there);
      const seen = new Seen();
      const body = Buffer.alloc(9_000_001, 'question ');
      const finalBytes = Buffer.alloc(9_000_001, 'answer ');
      api.begin(beginning({ body }), seen);
      const attempt = await there.attempt(0);
      expect(body.equals(attempt.begin.body as Buffer)).toBe(true);
      attempt.sink.end(ending({ finalBytes }));
      await seen.over;
      expect(finalBytes.equals(seen.ended?.finalBytes as Buffer)).toBe(true);
    });

    test('each of many attempts has its own story', async () => {
      const there = proxy();
      const api = await bound(there);
      const all = Array.from({ length: 200 }, (_, n) => {
        const seen = new Seen();
        api.begin(beginning({ number: n + 1 }), seen);
        return seen;
      });
      await there.attempt(199);
      for (const { begin, sink } of there.attempts.toReversed()) {
        sink.data(Buffer.from(`of ${begin.number}`), true, true);
        sink.end(ending({ bodyId: `body-${begin.number}` }));
      }
      await Promise.all(all.map((seen) => seen.over));
      all.forEach((seen, n) => {
        expect(`${Buffer.concat(seen.bytes)} ${seen.ended?.bodyId}`).toBe(
          `of ${n + 1} body-${n + 1}`,
        );
      });
    });
  });
}

const told = (_name: string, value: unknown) =>
  typeof value === 'bigint' ? `${value}n` : value === undefined ? 'undefined' : value;

export async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error('it did not come to pass');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
