import { directed } from './ask.ts';
import { type ClientDialect, clientDialects, messages } from './dialects.ts';
import { type OpenAnswer, open } from './http-client.ts';
import { seededRandom } from './random.ts';
import { type Reachable, type RecordJson, recordOf } from './records.ts';

export interface Served {
  readonly dialect: ClientDialect;
  readonly answer: OpenAnswer;
  readonly record: RecordJson;
}

/**
 * Requests of all kinds, the same ones each time: dialects, models, tags, client ids, usages, faults
 * of upstream, refusals, clients that go. Resolves when each has its record.
 */
export async function sendMixed(
  system: Reachable,
  keys: readonly string[],
  count: number,
): Promise<Served[]> {
  const random = seededRandom(2026);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const directives = () =>
    pick<object>([
      { words: 1 + Math.floor(random() * 60) },
      { words: 20, usage: 'everyChunk' },
      { words: 20, usage: 'none' },
      { tokens: { input: Math.floor(random() * 5_000), output: Math.floor(random() * 900) } },
      { tokens: { input: 700, cacheRead: 3_000, output: 50, reasoning: 20 } },
      { status: 500, failModels: ['gpt-6-luna', 'claude-haiku-5-5', 'claude-sonnet-5-5'] },
      { status: 429, retryAfter: 3 },
      { status: 400, errorMessage: 'no' },
      { die: { afterChunks: 2, how: 'reset' }, words: 9 },
      { tools: 1 },
      { thinking: true },
    ]);
  const jobs = Array.from({ length: count }, (_, number) => {
    const dialect = pick(clientDialects);
    const pin = dialect === messages ? 'claude-opus-4.8' : 'flux-pinned-gpt-5.4-mini';
    const names = [
      'flux-auto',
      'flux-fast',
      'flux-standard',
      'flux-reasoning',
      pin,
      'gtp-9',
      'two words',
    ];
    const headers: Record<string, string> = {};
    if (random() < 0.5) headers['x-flux-tags'] = `team=${pick(['search', 'ads'])},n=${number % 3}`;
    if (random() < 0.3) headers['x-client-request-id'] = `client-${number % 20}`;
    if (random() < 0.3) headers['te'] = 'trailers';
    const text = directed(directives(), `Question ${number}: `);
    const stream = random() < 0.5;
    const body = dialect.ask(text, { model: pick(names), stream });
    const goes = stream && random() < 0.1;
    return { dialect, goes, sending: { body, headers, key: pick(keys) } };
  });
  const served: Omit<Served, 'record'>[] = [];
  async function work(): Promise<void> {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const { dialect, goes, sending } = job;
      const answer = await open(system, dialect.path, sending);
      if (goes) answer.leave();
      else await answer.readAll();
      served.push({ dialect, answer });
    }
  }
  await Promise.all(Array.from({ length: 8 }, work));
  // One after another: hundreds that ask again and again would keep each other from an answer.
  const withRecords: Served[] = [];
  for (const each of served) {
    const id = each.answer.headers.get('x-flux-request-id') ?? '';
    withRecords.push({ ...each, record: await recordOf(system, id) });
  }
  return withRecords;
}
