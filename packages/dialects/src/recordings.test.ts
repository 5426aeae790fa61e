import { createHash } from 'node:crypto';
import { splice } from '@fluxrouter/json-splice';
import { FrameSplitter, readFrame } from '@fluxrouter/sse';
import { describe, expect, it } from 'vitest';
import { byteByByte, seededCuts } from '../recordings/cuts.ts';
import { loadRecordings, type Recording } from '../recordings/load.ts';
import { replay } from '../recordings/replay.ts';
import { type Dialect, DROP, dialectNames, dialects, PASS_OUTPUT, TERMINAL } from './index.ts';

const recordings = dialectNames.flatMap(loadRecordings);
const streams = recordings.filter(({ stream }) => stream !== null) as (Recording & {
  stream: Buffer;
})[];
const answers = recordings.filter(({ answer }) => answer !== null) as (Recording & {
  answer: Buffer;
})[];
const title = ({ dialect, name }: Recording) => `${dialect}/${name}`;
const named = <R extends Recording>(list: R[]): [string, R, Dialect][] =>
  list.map((recording) => [title(recording), recording, dialects[recording.dialect]]);

const error = { code: 'stream_interrupted', status: 502, message: 'It ended.' } as const;
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Around every line end, where a reader's state changes, and now and then in between. */
function cutPlaces(bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const nearLineEnd = bytes.subarray(Math.max(0, at - 2), at + 1).includes(0x0a);
    if (nearLineEnd || at % 97 === 0) places.push(at);
  }
  return places;
}

it('has recordings of every dialect, streamed and not', () => {
  for (const name of dialectNames) {
    expect(streams.filter(({ dialect }) => dialect === name).length).toBeGreaterThanOrEqual(6);
    expect(answers.filter(({ dialect }) => dialect === name).length).toBeGreaterThanOrEqual(2);
  }
});

describe.each(named(streams))('the stream %s', (_title, { stream, expected }, dialect) => {
  const whole = replay(dialect, [stream]);
  const { translatedText: _, ...passed } = expected;

  it('is read as it is meant', () => {
    const { snapshot, verdicts, end } = whole;
    const proof = verdicts.findIndex((verdict) => (verdict & PASS_OUTPUT) !== 0);
    expect({
      bodyId: snapshot.bodyId,
      upstreamModel: snapshot.upstreamModel,
      usage: snapshot.usage,
      finish: snapshot.finish,
      text: dialect.extractDeltaText(stream),
      outputAtFrame: proof < 0 ? null : proof + 1,
      end,
      error: snapshot.error && { kind: snapshot.error.kind, status: snapshot.error.status },
      dropped: verdicts.filter((verdict) => (verdict & DROP) !== 0).length,
    }).toEqual(passed);
    expect(snapshot.sawOutput).toBe(proof >= 0);
    expect(snapshot.usageIsFinal).toBe(snapshot.error === null);
  });

  it('is the same byte by byte and under every cut', () => {
    expect(replay(dialect, byteByByte(stream))).toEqual(whole);
    for (let seed = 1; seed <= 10; seed++) {
      expect(replay(dialect, seededCuts(stream, seed))).toEqual(whole);
    }
  });

  it('passes through byte for byte, but for a usage chunk that nobody asked for', () => {
    const asked = replay(dialect, [stream], { clientWantsUsage: true });
    expect(hash(asked.output)).toBe(hash(stream));
    expect(asked.snapshot).toEqual(whole.snapshot);
    if (expected.dropped === 0) expect(hash(whole.output)).toBe(hash(stream));
    else expect(stream.length).toBeGreaterThan(whole.output.length);
  });

  it('has output about as large as its text', () => {
    const bytes = Buffer.byteLength(expected.text);
    expect(whole.snapshot.contentBytes).toBeGreaterThanOrEqual(bytes / 3);
    expect(whole.snapshot.contentBytes).toBeLessThanOrEqual(bytes * 14 + 200);
  });

  it('ends well-formed when it is cut anywhere', () => {
    for (const length of cutPlaces(stream)) {
      const cut = replay(dialect, [stream.subarray(0, length)]);
      if (cut.end === 'complete') continue;
      const last =
        cut.end === 'unterminated'
          ? dialect.streamEnd(cut.snapshot)
          : dialect.streamError(error, 'req_1', cut.snapshot, cut.betweenFrames);
      const { output, verdicts, snapshot } = replay(dialect, [cut.output, last], {
        clientWantsUsage: true,
      });
      expect(output).toEqual(Buffer.concat([cut.output, last]));
      const final = verdicts.at(-1) ?? 0;
      if (cut.end === 'unterminated') {
        expect(final & TERMINAL).toBe(TERMINAL);
        expect(snapshot.error).toBeNull();
      } else expect(snapshot.error).not.toBeNull();
    }
  });
});

describe.each(named(answers))('the answer %s', (_title, { answer, expected }, dialect) => {
  it('is read as it is meant', () => {
    const { bodyId, upstreamModel, usage, finish, ok, isError } = dialect.readAnswer(answer);
    const text = dialect.extractAnswerText(answer);
    expect({ bodyId, upstreamModel, usage, finish, text }).toEqual(expected);
    expect({ ok, isError }).toEqual({ ok: true, isError: false });
  });

  it('gets another model and one more member, and is else what it was', () => {
    const reading = dialect.readAnswer(answer);
    const edits = dialect.answerEdits(reading, {
      model: 'served-model',
      members: [{ name: 'routor', json: '{"tier":"LIGHT"}' }],
    });
    const edited = splice(answer, edits).toString();
    expect(JSON.parse(edited)).toEqual({
      ...JSON.parse(answer.toString()),
      model: 'served-model',
      routor: { tier: 'LIGHT' },
    });
    const { modelSpan, objectEnd } = reading;
    if (modelSpan === null || objectEnd === null) throw new Error('no model');
    const text = answer.toString('latin1');
    expect(Buffer.from(edited).toString('latin1')).toBe(
      `${text.slice(0, modelSpan.start)}"served-model"${text.slice(modelSpan.end, objectEnd)},"routor":{"tier":"LIGHT"}${text.slice(objectEnd)}`,
    );
    expect(splice(answer, dialect.answerEdits(reading, {}))).toBe(answer);
  });

  it('is never read as whole when it is cut', () => {
    const end = answer.lastIndexOf('}');
    for (let length = 0; length <= end; length++) {
      const reading = dialect.readAnswer(answer.subarray(0, length));
      expect(reading.ok).toBe(false);
      expect(reading.objectEnd).toBeNull();
    }
  });
});

describe.each(named(recordings))('the request of %s', (_title, { request }, dialect) => {
  it('is accepted, and left alone where nothing is to be changed', () => {
    const reading = dialect.readRequest(request, { maxDepth: 64 });
    if ('code' in reading) throw new Error(reading.message);
    expect(reading.parsed).toEqual(JSON.parse(request.toString()));
    expect(splice(request, dialect.requestEdits(reading, { askUsage: false }))).toBe(request);
    expect(dialect.unpricedFeatures(reading.parsed)).toEqual([]);
    expect(dialect.providerIds(reading.parsed)).toEqual([]);
    expect(dialect.extractRequestText(reading.parsed).length).toBeGreaterThan(0);
  });
});

describe('the end that we write', () => {
  const events = (stream: Buffer) => {
    const found: { event: string | null; data: string }[] = [];
    for (const { bytes, ends } of new FrameSplitter().push(stream)) {
      let start = 0;
      for (const end of ends) {
        const { event, data } = readFrame(bytes, start, end);
        if (data !== null) found.push({ event, data: data.toString() });
        start = end;
      }
    }
    return found;
  };

  it('of a chat stream is a frame with `error`, and no [DONE]', () => {
    const dialect = dialects['openai-chat'];
    const { snapshot } = dialect.createObserver({ clientWantsUsage: false });
    const [frame, ...more] = events(dialect.streamError(error, 'req_1', snapshot));
    expect(more).toEqual([]);
    expect(JSON.parse(frame?.data ?? '')).toEqual({
      error: {
        message: 'It ended. (request req_1)',
        type: 'server_error',
        param: null,
        code: 'stream_interrupted',
      },
    });
  });

  it('of responses is the failure of the very response under way, next in sequence', () => {
    const dialect = dialects['openai-responses'];
    const { stream } = streams.find(({ name }) => name === 'failed-stream') ?? {
      stream: Buffer.alloc(0),
    };
    const cut = replay(dialect, [stream.subarray(0, stream.indexOf('event: response.failed'))]);
    const [frame, ...more] = events(dialect.streamError(error, 'req_1', cut.snapshot));
    expect(more).toEqual([]);
    expect(frame?.event).toBe('response.failed');
    expect(JSON.parse(frame?.data ?? '')).toMatchObject({
      type: 'response.failed',
      sequence_number: 4,
      response: {
        id: 'resp_68ff2b9c1f4c8190a1b2c3d4e5f60718',
        created_at: 1763700010,
        model: 'gpt-5.4-2026-03-05',
        status: 'failed',
        error: { code: 'server_error', message: 'It ended. (request req_1)' },
      },
    });
  });

  it('of responses begins with a response where none had begun', () => {
    const dialect = dialects['openai-responses'];
    const { snapshot } = dialect.createObserver({ clientWantsUsage: false });
    const frames = events(dialect.streamError(error, 'req_01ABC', snapshot));
    expect(frames.map(({ event }) => event)).toEqual(['response.created', 'response.failed']);
    const read = frames.map(({ data }) => JSON.parse(data) as Record<string, unknown>);
    expect(read).toMatchObject([
      { sequence_number: 0, response: { id: 'resp_01ABC', status: 'in_progress' } },
      { sequence_number: 1, response: { id: 'resp_01ABC', status: 'failed' } },
    ]);
  });

  it('of messages is an event called error', () => {
    const dialect = dialects['anthropic-messages'];
    const { snapshot } = dialect.createObserver({ clientWantsUsage: false });
    const overload = { ...error, code: 'upstream_overloaded', status: 503 } as const;
    const [frame] = events(dialect.streamError(overload, 'req_1', snapshot));
    expect(frame?.event).toBe('error');
    expect(JSON.parse(frame?.data ?? '')).toEqual({
      type: 'error',
      error: {
        type: 'overloaded_error',
        message: 'It ended. (request req_1)',
        details: { error_code: 'upstream_overloaded' },
      },
      request_id: 'req_1',
    });
  });

  it.each(dialectNames)('of %s closes a frame that was left open', (name) => {
    const dialect = dialects[name];
    const { snapshot } = dialect.createObserver({ clientWantsUsage: false });
    const bytes = dialect.streamError(error, 'req_1', snapshot, false);
    const last = events(Buffer.concat([Buffer.from('data: {"half'), bytes])).at(-1);
    expect(last?.data).toContain('It ended. (request req_1)');
  });
});
