/**
 * What a scan costs beside JSON.parse, in µs, warm: `node packages/json-splice/bench/scan.ts`.
 * Targets (parts.md): 2 µs at 3 KB, 13 µs at 22 KB, 116 µs at 215 KB.
 */
import { scanMembers, scanObject, spansFor, wantedNames } from '../src/index.ts';

const wanted = wantedNames(['model', 'stream', 'stream_options', 'max_tokens', 'routor_tier']);
const spans = spansFor(wanted);

function prose(bytes: number): string {
  const words = 'The quick brown fox said "well", then:\n\tjumped over {the} lazy dog. ';
  return words.repeat(Math.ceil(bytes / words.length)).slice(0, bytes);
}

/** A chat body: few long texts, or an agent's many short members (tools, tool calls). */
function body(bytes: number, form: 'prose' | 'agent'): Buffer {
  const messages: object[] = [{ role: 'system', content: prose(Math.min(400, bytes / 4)) }];
  const tools: object[] = [];
  const size = () => JSON.stringify({ messages, tools }).length;
  while (size() < bytes - 200) {
    if (form === 'prose') {
      messages.push({ role: 'user', content: prose(Math.min(2000, bytes - size())) });
      continue;
    }
    const id = `call_${messages.length}`;
    const call = { name: 'read_file', arguments: '{"path":"src/main.ts","line":12}' };
    messages.push({ role: 'assistant', tool_calls: [{ id, type: 'function', function: call }] });
    messages.push({ role: 'tool', tool_call_id: id, content: prose(120) });
    const path = { type: 'string', description: 'where it is' };
    const parameters = { type: 'object', properties: { path }, required: ['path'] };
    tools.push({ type: 'function', function: { name: 'read_file', parameters } });
  }
  return Buffer.from(JSON.stringify({ messages, tools, model: 'flux-auto', stream: true }));
}

/** The best of many short rounds: on a busy machine only those are not interrupted. */
function measure(run: () => unknown, microseconds: number): number {
  const iterations = Math.max(1, Math.ceil(500 / microseconds));
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 400; round++) {
    const begin = process.hrtime.bigint();
    for (let i = 0; i < iterations; i++) run();
    best = Math.min(best, Number(process.hrtime.bigint() - begin) / iterations / 1000);
  }
  return best;
}

for (const form of ['prose', 'agent'] as const) {
  for (const kilobytes of [0.5, 3, 22, 215]) {
    const bytes = body(kilobytes * 1000, form);
    const guess = kilobytes / 2;
    const object = measure(() => scanObject(bytes, { wanted, maxDepth: 100 }), guess);
    const members = measure(() => scanMembers(bytes, 0, wanted, spans), guess);
    const parse = measure(() => JSON.parse(bytes.toString()), guess * 3);
    console.log(
      `${form} ${bytes.length} B: scanObject ${object.toFixed(2)}, scanMembers ${members.toFixed(2)}, JSON.parse ${parse.toFixed(2)} µs`,
    );
  }
}
