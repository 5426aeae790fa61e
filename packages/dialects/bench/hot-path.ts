/**
 * What a request costs in here, in µs, warm: `node packages/dialects/bench/hot-path.ts`.
 * The best of many short rounds, because on a busy machine only those are not interrupted.
 */
import { splice } from '@fluxrouter/json-splice';
import { FrameSplitter } from '@fluxrouter/sse';
import { loadRecordings } from '../recordings/load.ts';
import { dialectNames, dialects } from '../src/index.ts';

function measure(run: () => unknown, iterations: number): string {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 600; round++) {
    const begin = process.hrtime.bigint();
    for (let i = 0; i < iterations; i++) run();
    best = Math.min(best, Number(process.hrtime.bigint() - begin) / iterations / 1000);
  }
  return best.toFixed(2);
}

const words = 'The quick brown fox said "well", then:\n\tjumped over {the} lazy dog. ';
const prose = (bytes: number) => words.repeat(Math.ceil(bytes / words.length)).slice(0, bytes);

const history = [
  { role: 'user', content: prose(600) },
  { role: 'assistant', content: prose(500) },
  { role: 'user', content: prose(600) },
];
const requests = {
  'openai-chat': { model: 'flux-auto', messages: history, temperature: 0.7, stream: true },
  'openai-responses': { model: 'flux-auto', input: history, stream: true },
  'anthropic-messages': { model: 'flux-auto', max_tokens: 900, messages: history, stream: true },
};
const delta = {
  'openai-chat':
    'data: {"id":"chatcmpl-BrT1x9k2Lq7wVnZ3aYcEo4Hd","object":"chat.completion.chunk","created":1763700000,"model":"gpt-5.4-mini-2026-03-05","service_tier":"default","system_fingerprint":"fp_34a54ae93c","choices":[{"index":0,"delta":{"content":" Paris"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"aB3xY9"}\n\n',
  'openai-responses':
    'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":17,"item_id":"msg_68ff2b9c1f4c8190a1b2c3d4e5f60718","output_index":0,"content_index":0,"delta":" Paris","logprobs":[],"obfuscation":"aB3xY9zz12"}\n\n',
  'anthropic-messages':
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" Paris"}}\n\n',
};

for (const name of dialectNames) {
  const dialect = dialects[name];
  const body = Buffer.from(JSON.stringify(requests[name]));
  const limits = { maxDepth: 64 };
  const reading = dialect.readRequest(body, limits);
  if ('code' in reading) throw new Error(reading.message);
  const { valueStart: start, valueEnd: end } = reading.modelSpan;
  const rewrite = () => {
    const edits = dialect.requestEdits(reading, { askUsage: true });
    edits.push({ start, end, replacement: '"gpt-5.4-mini"' });
    return splice(body, edits);
  };
  const guards = () => {
    dialect.routorFields(reading);
    dialect.unpricedFeatures(reading.parsed);
    dialect.providerIds(reading.parsed);
  };

  const recorded = loadRecordings(name).find(({ answer }) => answer !== null)?.answer;
  const answer = Buffer.from(
    (recorded ?? '')
      .toString()
      .replace(
        /"(text|content)": ?"/,
        (member) => `${member}${prose(1400).replaceAll(/["\n\t]/g, ' ')}`,
      ),
  );
  const answered = dialect.readAnswer(answer);
  const member = { name: 'routor', json: '{"model":"m","tier":"LIGHT"}' };

  const frame = Buffer.from(delta[name]);
  const many = Buffer.concat(Array.from({ length: 20 }, () => frame));
  const splitter = new FrameSplitter();
  const observer = dialect.createObserver({ clientWantsUsage: false });
  const observe = (chunk: Buffer) => {
    for (const { bytes, ends } of splitter.push(chunk)) {
      let from = 0;
      for (const to of ends) {
        observer.frame(bytes, from, to);
        from = to;
      }
    }
  };
  console.log(
    [
      `${name}:`,
      `readRequest ${body.length} B ${measure(() => dialect.readRequest(body, limits), 30)}`,
      `(JSON.parse alone ${measure(() => JSON.parse(body.toString()), 60)})`,
      `routor, features, ids ${measure(guards, 300)}`,
      `edits and splice ${measure(rewrite, 100)}`,
      `readAnswer ${answer.length} B ${measure(() => dialect.readAnswer(answer), 60)}`,
      `edits and splice ${measure(() => splice(answer, dialect.answerEdits(answered, { model: 'm', members: [member] })), 100)}`,
      `delta of ${frame.length} B, one a chunk ${measure(() => observe(frame), 200)}`,
      `20 a chunk ${(Number(measure(() => observe(many), 20)) / 20).toFixed(2)} each`,
    ].join('\n  '),
  );
}
