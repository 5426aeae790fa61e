import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dialects } from '@fluxrouter/dialects';
import { Decision, RequestFacts, RequestFinished } from '@fluxrouter/generated/events';
import { type AttemptBegin, AttemptEnd, AttemptFailure } from '@fluxrouter/generated/proxy';
import type { Journal } from '@fluxrouter/journal';
import type { AttemptSink } from '@fluxrouter/service-kit/attempts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerWriter } from './answer-writer.ts';
import { Breakers } from './breakers.ts';
import { RequestRun, type RunPorts } from './run-request.ts';
import { RunningRequests } from './running-requests.ts';

/** What happened, in order: the journal's, provider-proxy's and the client's side in one list. */
let story: string[];
let durable: ((error: null) => void)[];
let sink: AttemptSink;
let begun: AttemptBegin[];
let ended: RequestFinished[];
let response: ServerResponse & EventEmitter;

beforeEach(() => {
  story = [];
  durable = [];
  begun = [];
  ended = [];
  response = Object.assign(new EventEmitter(), {
    headersSent: false,
    destroyed: false,
    chunkedEncoding: false,
    writeHead(status: number) {
      story.push(`head ${status}`);
      this.headersSent = true;
    },
    flushHeaders() {},
    write(bytes: Buffer) {
      story.push(`write ${bytes}`);
      return true;
    },
    end(bytes?: Buffer | string) {
      story.push(`end ${bytes ?? ''}`.trim());
    },
    destroy() {
      story.push('destroy');
    },
  }) as never;
});

const journal = {
  begin: () => {
    story.push('journal begun');
    return 1;
  },
  update: () => void story.push('journal committed'),
  finish(_entry: number, events: { value: Uint8Array }[]) {
    story.push('journal ended');
    for (const { value } of events) ended.push(RequestFinished.decode(value));
  },
  whenDurable: (callback: (error: null) => void) => void durable.push(callback),
} as unknown as Journal;

/** The end of a turn of the loop: what was written to the journal is committed. */
function commit(): void {
  story.push('durable');
  for (const callback of durable.splice(0)) callback(null);
}

function run(stream: boolean, ports: Partial<RunPorts> = {}): RequestRun {
  const decision = Decision.fromPartial({
    profile: 'auto',
    routedModel: 'a',
    chain: [
      { model: 'a', provider: 'p', upstreamModel: 'a' },
      { model: 'b', provider: 'q', upstreamModel: 'b' },
    ],
  });
  const facts = RequestFacts.fromPartial({
    requestId: 'req_1',
    dialect: 'openai-chat',
    stream,
    decision,
  });
  const writer = new AnswerWriter({ complete: true } as IncomingMessage, response, {
    requestId: 'req_1',
    originalModel: 'flux-auto',
    dialect: dialects['openai-chat'],
    decision,
    debugRouting: false,
    trailers: false,
  });
  const all: RunPorts = {
    journal,
    proxy: {
      begin(begin, to) {
        story.push(`attempt ${begin.candidate?.model}`);
        begun.push(begin);
        sink = to;
        return {
          accept: () => void story.push('accept'),
          cancel: (reason) => void story.push(`cancel ${reason}`),
          resume: () => void story.push('resume'),
        };
      },
    },
    breakers: new Breakers(
      { on: false, failuresMax: 1, openMs: 1 },
      { breakerOpen() {}, breakerClosed() {} },
    ),
    running: new RunningRequests(1_000_000),
    streamOptions: () => true,
    retriesMax: 0,
    commitAfterMs: 8_000,
    keepAliveMs: 15_000,
    deadlineMs: 900_000,
    heldBytesMax: 1_000,
    ended: (outcome, status) => void story.push(`over ${outcome} ${status}`),
    served: () => {},
    fault: () => void story.push('fault'),
    ...ports,
  };
  const plan = {
    facts,
    decision,
    bodyFor: () => ({ bytes: Buffer.from('{}'), modelStart: 0, modelEnd: 0 }),
    headers: [],
    clientWantsUsage: false,
    costInUsage: false,
  };
  const request = new RequestRun(all, plan, writer, response);
  request.start();
  all.running.stop();
  return request;
}

const end = (more: Partial<AttemptEnd>): AttemptEnd =>
  AttemptEnd.fromPartial({ outcome: 'completed', ...more });

describe('the order of journal and wire', () => {
  it('of a stream: begun, attempt, committed, head, ended, last byte', () => {
    run(true);
    commit();
    sink.head({ status: 200, headers: [] });
    sink.data(Buffer.from('role'), false, true);
    sink.data(Buffer.from('hello'), true, true);
    expect(story).not.toContain('head 200');
    commit();
    sink.data(Buffer.from('more'), true, true);
    sink.end(end({ finalBytes: Buffer.from('[DONE]') }));
    expect(story.at(-1)).toBe('journal ended');
    commit();
    expect(story).toEqual([
      'journal begun',
      'durable',
      'attempt a',
      'journal committed',
      'accept',
      'durable',
      'head 200',
      'write role',
      'write hello',
      'write more',
      'journal ended',
      'durable',
      'write [DONE]',
      'end',
      'over completed 200',
    ]);
  });

  it('of an answer that is not streamed: nothing is written before its end is in the journal', () => {
    run(false);
    commit();
    sink.head({ status: 200, headers: [] });
    sink.data(Buffer.alloc(0), true, true);
    sink.end(end({ finalBytes: Buffer.from('{"a":1}') }));
    commit();
    expect(story).toEqual([
      'journal begun',
      'durable',
      'attempt a',
      'accept',
      'journal ended',
      'durable',
      'head 200',
      'end {"a":1}',
      'over completed 200',
    ]);
  });
});

describe('the chain', () => {
  const lost = AttemptFailure.fromPartial({
    code: 'upstream_failed',
    status: 502,
    nextMayHelp: true,
  });

  it('goes on before the commit point, and says so in the record', () => {
    run(true);
    commit();
    sink.data(Buffer.from('half'), false, true);
    sink.end(end({ outcome: 'failed', failure: lost }));
    sink.data(Buffer.from('hello'), true, true);
    commit();
    sink.end(end({}));
    commit();
    expect(begun.map(({ number, candidate }) => [number, candidate?.model])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(story).not.toContain('write half');
    expect(ended).toMatchObject([{ outcome: 'completed', servedModel: 'b', attempts: 2 }]);
  });

  it('ends in an error when all have failed', () => {
    run(false);
    commit();
    sink.end(end({ outcome: 'failed', failure: lost }));
    sink.end(end({ outcome: 'failed', failure: lost }));
    commit();
    expect(story).toContain('head 502');
    expect(ended).toMatchObject([
      { outcome: 'failed', status: 502, errorCode: 'upstream_failed', attempts: 2 },
    ]);
  });
});

describe('what comes from outside', () => {
  it('a client that goes is told to provider-proxy, and nothing more is written', () => {
    run(true);
    commit();
    sink.data(Buffer.from('hello'), true, true);
    commit();
    response.emit('close');
    expect(story.at(-1)).toBe('cancel client_gone');
    sink.end(end({ outcome: 'client_gone' }));
    commit();
    expect(story.at(-1)).toBe('over client_gone 200');
    expect(story).not.toContain('end');
  });

  it('a stream that is silent after its 2xx is committed to after a while', () => {
    const request = run(true);
    commit();
    sink.head({ status: 200, headers: [] });
    request.tick(performance.now() + 7_000);
    expect(story).not.toContain('accept');
    request.tick(performance.now() + 8_000);
    commit();
    expect(story.slice(-3)).toEqual(['accept', 'durable', 'head 200']);
  });

  it('a bug ends its own request with 500 and a record', () => {
    run(false, {
      proxy: {
        begin() {
          throw new TypeError('a bug');
        },
      },
    });
    commit();
    expect(story).toContain('fault');
    commit();
    expect(story).toContain('head 500');
    expect(ended).toMatchObject([{ outcome: 'failed', status: 500, errorCode: 'internal_error' }]);
  });
});

it('output that crosses with the cancel of its attempt is not accepted any more', () => {
  run(true);
  commit();
  response.emit('close');
  sink.data(Buffer.from('hello'), true, true);
  sink.end(end({ outcome: 'client_gone' }));
  commit();
  expect(story).not.toContain('accept');
  expect(ended).toMatchObject([{ outcome: 'client_gone', status: 0 }]);
});

describe('a provider-proxy that goes', () => {
  it('before output: the attempt is made again, elsewhere', () => {
    run(true, { retriesMax: 1 });
    commit();
    sink.data(Buffer.from('half'), false, true);
    sink.lost(true);
    sink.data(Buffer.from('hello'), true, true);
    commit();
    sink.end(end({ finalBytes: Buffer.from('[DONE]') }));
    commit();
    expect(begun.map(({ number, candidate }) => [number, candidate?.model])).toEqual([
      [1, 'a'],
      [2, 'a'],
    ]);
    expect(story).not.toContain('write half');
    expect(ended).toMatchObject([{ outcome: 'completed', attempts: 2 }]);
  });

  it('after output: the stream ends in the error of its dialect, and is a cut', () => {
    run(true);
    commit();
    sink.data(Buffer.from('data: hello\n\n'), true, true);
    commit();
    sink.lost(true);
    commit();
    expect(story.at(-3)).toMatch(/^write data: \{"error":\{.*stream_interrupted/);
    expect(story.slice(-2)).toEqual(['end', 'over cut 200']);
    expect(ended).toMatchObject([{ outcome: 'cut', errorCode: 'upstream_failed', attempts: 1 }]);
  });

  it('after the end of an answer that is not streamed: 502, for nothing of it came', () => {
    run(false);
    commit();
    sink.data(Buffer.alloc(0), true, true);
    sink.lost(true);
    commit();
    expect(story).toContain('head 502');
    expect(ended).toMatchObject([{ outcome: 'failed', status: 502 }]);
  });

  it('or cannot be reached: 503, and no attempt is counted', () => {
    run(false);
    commit();
    sink.lost(false);
    commit();
    expect(story).toContain('head 503');
    expect(ended).toMatchObject([{ status: 503, errorCode: 'unavailable', attempts: 0 }]);
  });

  it('that has a journal of its own: the committed row holds the end of the request alone', () => {
    const rows: Buffer[] = [];
    const update = (_entry: number, row: Buffer) => void rows.push(row);
    const begin = (_begin: AttemptBegin, to: AttemptSink) => {
      sink = to;
      return { accept() {}, cancel() {}, resume() {} };
    };
    for (const closesOrphans of [false, true]) {
      run(true, { journal: { ...journal, update }, proxy: { begin, closesOrphans } });
      commit();
      sink.data(Buffer.from('hello'), true, true);
    }
    const attemptBytes = rows.map((row) => row.readUInt32LE(0));
    expect(attemptBytes[0]).toBeGreaterThan(0);
    expect(attemptBytes[1]).toBe(0);
    const [, row] = rows;
    expect(RequestFinished.decode(row?.subarray(4) ?? Buffer.alloc(0)).outcome).toBe('orphaned');
  });
});

it('a clock that is set back holds up no commit, deadline or comment', async () => {
  const running = new RunningRequests(5);
  try {
    const request = run(true, { running, commitAfterMs: 20, deadlineMs: 400 });
    running.remove(request);
    running.add(request);
    commit();
    sink.head({ status: 200, headers: [] });
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
    await expect.poll(() => story.at(-1)).toBe('accept');
    commit();
    await expect.poll(() => story.at(-1)).toBe('cancel deadline');
  } finally {
    vi.restoreAllMocks();
    running.stop();
  }
});

it('a failure that crosses with the commit of a silent stream is told to the client', () => {
  const request = run(true);
  commit();
  sink.head({ status: 200, headers: [] });
  request.tick(performance.now() + 8_000);
  commit();
  sink.end(end({ outcome: 'failed', failure: { ...NO_FAILURE, code: 'upstream_failed' } }));
  commit();
  expect(story.at(-3)).toMatch(/^write .*stream_interrupted/);
});

const NO_FAILURE = AttemptFailure.fromPartial({});
