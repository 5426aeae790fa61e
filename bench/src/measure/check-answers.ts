import type { Target } from '../load/job.ts';
import type { Stage } from '../processes/stage.ts';
import { chunksPerStream, requestBodies } from '../request-bodies.ts';

/** What is to be measured must be right, and the same on both sides, or the figures mean nothing. */
export async function checkAnswers({ floor, ours }: Stage): Promise<void> {
  for (const { name, target } of [floor, ours]) {
    for (const body of [requestBodies.stream, requestBodies.pacedStream]) {
      const { text } = await ask(target(body));
      const chunks = text.match(/"delta":\{[^}]*"content":"[^"]/g)?.length ?? 0;
      if (chunks !== chunksPerStream || !text.trimEnd().endsWith('data: [DONE]')) {
        throw new Error(`${name} streamed ${chunks} chunks, not ${chunksPerStream}`);
      }
    }
    const { text } = await ask(target(requestBodies.whole));
    if (!text.includes('"chat.completion"')) throw new Error(`${name} answered: ${text}`);
  }
  const { headers } = await ask(ours.target(requestBodies.whole));
  if (!headers.has('openai-processing-ms')) {
    throw new Error('flux-auto does not route to OpenAI: the floor must go where ours goes');
  }
}

async function ask({ origin, path, headers, body }: Target) {
  const pairs: [string, string][] = [];
  for (let at = 0; at < headers.length; at += 2) {
    pairs.push([headers[at] ?? '', headers[at + 1] ?? '']);
  }
  const response = await fetch(origin + path, { method: 'POST', headers: pairs, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`answered ${response.status}: ${text}`);
  return { text, headers: response.headers };
}
