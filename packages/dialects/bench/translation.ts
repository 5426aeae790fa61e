/**
 * What translation costs, in µs, warm, beside the floor of parsing and writing the same JSON:
 * `node packages/dialects/bench/translation.ts`. The bounds are 40 µs for a 2 KB exchange that is not
 * streamed, both ways, and 6 µs for an event of a stream. The best of many short rounds, because on
 * a busy machine only those are not interrupted. `--check`: fails where a bound is passed.
 */
import { partsOf, runMachine } from '@fluxrouter/conversation';
import { isFluxError } from '@fluxrouter/errors';
import {
  codecs,
  type DialectName,
  dialectNames,
  StreamTranslation,
  wireText,
} from '../src/index.ts';

const EXCHANGE_MICROS_MAX = 40;
const EVENT_MICROS_MAX = 6;

function measure(run: () => unknown, iterations: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 150; round++) {
    const begin = process.hrtime.bigint();
    for (let i = 0; i < iterations; i++) run();
    best = Math.min(best, Number(process.hrtime.bigint() - begin) / iterations / 1000);
  }
  return best;
}

const words = 'The quick brown fox said "well", then:\n\tjumped over {the} lazy dog. ';
const prose = (bytes: number) => words.repeat(Math.ceil(bytes / words.length)).slice(0, bytes);

const parameters = {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { enum: ['c', 'f'] } },
};
const history = [
  { role: 'user', content: prose(240) },
  { role: 'assistant', content: prose(240) },
  { role: 'user', content: prose(240) },
];
const tool = { name: 'get_weather', description: prose(80) };
/** With its answer about 2 KB. */
const requests: Record<DialectName, object> = {
  'openai-chat': {
    model: 'flux-auto',
    messages: [{ role: 'system', content: prose(120) }, ...history],
    temperature: 0.7,
    tools: [{ type: 'function', function: { ...tool, parameters } }],
  },
  'openai-responses': {
    model: 'flux-auto',
    instructions: prose(120),
    input: history,
    tools: [{ type: 'function', ...tool, parameters, strict: false }],
  },
  'anthropic-messages': {
    model: 'flux-auto',
    max_tokens: 900,
    system: prose(120),
    messages: history,
    tools: [{ ...tool, input_schema: parameters }],
  },
};

const usage = { input: 200, cacheRead: 100, output: 120 };
const answer = (dialect: DialectName) => ({
  dialect,
  id: 'BrT1x9k2Lq7wVnZ3aYcEo4Hd',
  model: 'model-2026-03-05',
  createdAt: 1_763_700_000,
  choices: [
    {
      turns: [
        { role: 'assistant' as const, blocks: [{ kind: 'text' as const, text: prose(600) }] },
      ],
      finish: { reason: 'stop' as const },
    },
  ],
  usage: { buckets: usage },
});

const EVENTS = 400;
function deltas(dialect: DialectName): Buffer {
  const parts = partsOf(answer(dialect));
  const block = parts.findIndex(({ type }) => type === 'block-delta');
  const many = Array.from({ length: EVENTS }, () => ({
    type: 'block-delta' as const,
    text: ' Paris',
  }));
  parts.splice(block, 1, ...many);
  const events = runMachine(codecs[dialect].encodeStream({ usageChunk: true }), parts);
  return Buffer.from(events.map(wireText).join(''));
}

const failed: string[] = [];
function told(what: string, micros: number, max: number, floor: number): void {
  console.log(
    `${what}: ${micros.toFixed(2)} µs, at most ${max} (JSON alone ${floor.toFixed(2)}, ours ${(micros - floor).toFixed(2)})`,
  );
  if (micros > max) failed.push(what);
}

for (const from of dialectNames) {
  for (const to of dialectNames) {
    if (from === to) continue;
    const client = Buffer.from(JSON.stringify(requests[from]));
    const upstream = Buffer.from(
      JSON.stringify(
        codecs[to].encodeAnswer(
          answer('openai-chat' === to ? 'openai-responses' : 'openai-chat'),
          {},
        ).body,
      ),
    );
    const target = { dialect: to, model: 'm', upstreamModel: 'upstream' };
    const exchange = () => {
      const conversation = codecs[from].decodeRequest(JSON.parse(client.toString()));
      if (isFluxError(conversation)) throw new Error(conversation.message);
      const sent = Buffer.from(JSON.stringify(codecs[to].encodeRequest(conversation, target).body));
      const read = codecs[to].decodeAnswer(JSON.parse(upstream.toString()), 'm');
      if (read === null) throw new Error('not an answer');
      return [sent, Buffer.from(JSON.stringify(codecs[from].encodeAnswer(read, {}).body))];
    };
    const floor = () => [
      Buffer.from(JSON.stringify(JSON.parse(client.toString()))),
      Buffer.from(JSON.stringify(JSON.parse(upstream.toString()))),
    ];
    const bytes = client.length + upstream.length;
    told(
      `${from} to ${to}, an exchange of ${bytes} B`,
      measure(exchange, 40),
      EXCHANGE_MICROS_MAX,
      measure(floor, 40),
    );
    const stream = deltas(to);
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length; ) {
      const end = stream.indexOf('\n\n', at) + 2;
      chunks.push(stream.subarray(at, end));
      at = end;
    }
    const translate = () => {
      const translation = new StreamTranslation(codecs[to], codecs[from], {
        model: 'm',
        shown: { usageChunk: true },
        frameBytesMax: 1 << 20,
        charactersMax: 1 << 24,
      });
      let bytesOut = 0;
      for (const chunk of chunks) {
        for (const { events } of translation.push(chunk)) {
          for (const event of events) bytesOut += Buffer.from(wireText(event)).length;
        }
      }
      return bytesOut;
    };
    const parsed = chunks.map((chunk) => {
      const text = chunk.toString();
      return text.slice(text.indexOf('data: ') + 6);
    });
    const json = () => {
      for (const text of parsed) if (text[0] === '{') Buffer.from(JSON.stringify(JSON.parse(text)));
    };
    told(
      `${to} to ${from}, an event of a stream`,
      measure(translate, 1) / chunks.length,
      EVENT_MICROS_MAX,
      measure(json, 1) / chunks.length,
    );
  }
}
if (process.argv.includes('--check') && failed.length > 0) {
  console.error(`over their bounds: ${failed.join('; ')}`);
  process.exitCode = 1;
}
