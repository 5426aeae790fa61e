import { partGrammar, runMachine } from '@fluxrouter/conversation';
import { describe, expect, it } from 'vitest';
import { streamProblems, translateStream } from '../../recordings/translate.ts';
import { codecs } from '../codecs.ts';
import { type DialectName, dialectNames } from '../index.ts';
import { wireText } from './read-wire.ts';
import { StreamTranslation } from './stream-translation.ts';

/** What an upstream of each dialect begins with, and a piece of text of it. */
const openings: Readonly<Record<DialectName, string>> = {
  'openai-chat': event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }),
  'openai-responses':
    event({ type: 'response.created', response: { id: 'resp_1', model: 'm' } }) +
    event({ type: 'response.output_item.added', output_index: 0, item: { type: 'message' } }),
  'anthropic-messages':
    event({ type: 'message_start', message: { id: 'msg_1', model: 'm' } }) +
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
};

/** As they come from a socket. */
function inChunks(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
    bytes.subarray(i * 65_536, (i + 1) * 65_536),
  );
}

function event(data: object): string {
  return `data: ${JSON.stringify({ id: 'x', model: 'm', ...data })}\n\n`;
}

function textOf(dialect: DialectName, text: string): string {
  switch (dialect) {
    case 'openai-chat':
      return event({ choices: [{ index: 0, delta: { content: text } }] });
    case 'openai-responses':
      return event({
        type: 'response.output_text.delta',
        output_index: 0,
        content_index: 0,
        delta: text,
      });
    case 'anthropic-messages':
      return event({ type: 'content_block_delta', delta: { type: 'text_delta', text } });
  }
}

const pairs = dialectNames.flatMap((from) =>
  dialectNames.flatMap((to) => (from === to ? [] : [[from, to] as const])),
);

describe.each(pairs)('from %s to %s', (from, to) => {
  const translate = (text: string) => translateStream(from, to, [Buffer.from(text)]);

  it('malformed JSON inside an event ends the stream in an error', () => {
    const { parts, output } = translate(
      `${openings[from]}${textOf(from, 'a')}data: {"choices":[{"delta":\n\n${textOf(from, 'b')}`,
    );
    expect(parts.at(-1)).toEqual({ type: 'error', cause: 'malformed' });
    expect(JSON.stringify(parts)).not.toContain('"b"');
    expect(streamProblems(to, output)).toEqual([]);
  });

  it('JSON of any other shape does no harm', () => {
    for (const data of ['null', '[]', '"x"', '7', '{}', '{"type":7}', '{"choices":{}}']) {
      for (const at of ['', openings[from]]) {
        const { parts } = translate(`${at}data: ${data}\n\n`);
        expect(runMachine(partGrammar, parts)).toEqual([]);
        expect(parts.at(-1)?.type).toBe('error');
      }
    }
  });

  it('an event that nests without end ends the stream in an error', () => {
    const deep = (depth: number) => {
      const mark = JSON.stringify('deep');
      const nested = '['.repeat(depth) + ']'.repeat(depth);
      const input = { type: 'content_block_start', index: 1, content_block: { input: 'deep' } };
      const chunk = {
        choices: [{ index: 0, delta: { content: 'a' }, logprobs: { content: 'deep' } }],
      };
      return event({ ...input, ...chunk }).replaceAll(mark, `[${nested}]`);
    };
    const { parts, output } = translate(openings[from] + deep(400_000));
    expect(parts.at(-1)).toEqual({ type: 'error', cause: 'malformed' });
    expect(streamProblems(to, output)).toEqual([]);
    // Brackets within a text are text.
    const text = translate(openings[from] + textOf(from, '[{"'.repeat(2_000)));
    expect(text.parts.at(-1)).toEqual({ type: 'error', cause: 'cut' });
  });

  it('a line of 1 MB passes where it may be read, and ends the stream where it may not', () => {
    const million = 'x'.repeat(1_000_000);
    const passed = translate(openings[from] + textOf(from, million));
    expect(JSON.stringify(passed.parts)).toContain(million);
    const larger = translateStream(
      from,
      to,
      inChunks(openings[from] + textOf(from, million + million)),
    );
    expect(larger.parts.at(-1)).toEqual({ type: 'error', cause: 'malformed' });
    expect(streamProblems(to, larger.output)).toEqual([]);
  });

  it('an endless stream ends where it is larger than may be kept', () => {
    const translation = new StreamTranslation(codecs[from], codecs[to], {
      model: null,
      shown: {},
      frameBytesMax: 1 << 20,
      charactersMax: 50_000,
    });
    let ended = -1;
    translation.push(Buffer.from(openings[from]));
    const piece = Buffer.from(textOf(from, 'ten chars.').repeat(100));
    for (let i = 0; i < 200 && ended < 0; i++) {
      if (translation.push(piece).some(({ part }) => part.type === 'error')) ended = i;
    }
    expect(ended).toBeGreaterThanOrEqual(48);
    expect(ended).toBeLessThanOrEqual(50);
    expect(translation.push(piece)).toEqual([]);
    expect(translation.end()).toEqual([]);
  });

  it('10,000 tool calls are 10,000 tool calls', () => {
    const calls = 10_000;
    const started = process.cpuUsage();
    const { parts, output } = translate(manyCalls(from, calls));
    expect(parts.filter(({ type }) => type === 'block-start')).toHaveLength(calls);
    expect(parts.at(-1)).toEqual({ type: 'end' });
    expect(streamProblems(to, output)).toEqual([]);
    // Not of the square of their number: seconds would be.
    const { user } = process.cpuUsage(started);
    expect(user / 1000).toBeLessThan(4_000);
  });
});

function manyCalls(dialect: DialectName, calls: number): string {
  const numbers = Array.from({ length: calls }, (_, i) => i);
  switch (dialect) {
    case 'openai-chat': {
      const pieces = numbers.map((i) => {
        const call = { index: i, id: `call_${i}`, function: { name: 'f', arguments: '{}' } };
        return event({ choices: [{ index: 0, delta: { tool_calls: [call] } }] });
      });
      const finish = event({ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] });
      return `${openings[dialect]}${pieces.join('')}${finish}data: [DONE]\n\n`;
    }
    case 'openai-responses': {
      const pieces = numbers.map((i) => {
        const item = { type: 'function_call', call_id: `call_${i}`, name: 'f', arguments: '{}' };
        const place = { output_index: i + 1, item };
        return (
          event({ type: 'response.output_item.added', ...place }) +
          event({ type: 'response.output_item.done', ...place })
        );
      });
      const response = { id: 'resp_1', status: 'completed', output: [] };
      const end = event({ type: 'response.completed', response });
      return openings[dialect] + pieces.join('') + end;
    }
    case 'anthropic-messages': {
      const start = event({ type: 'message_start', message: { id: 'msg_1', model: 'm' } });
      const pieces = numbers.map((i) => {
        const block = { type: 'tool_use', id: `toolu_${i}`, name: 'f', input: {} };
        return (
          event({ type: 'content_block_start', index: i, content_block: block }) +
          event({ type: 'content_block_stop', index: i })
        );
      });
      const reason = { type: 'message_delta', delta: { stop_reason: 'tool_use' } };
      return start + pieces.join('') + event(reason) + event({ type: 'message_stop' });
    }
  }
}

it('writes events that hold no line end of SSE', () => {
  const text = wireText({ event: null, data: { text: 'a\nb\r\u2028c' } });
  expect(text).toBe('data: {"text":"a\\nb\\r\u2028c"}\n\n');
});
