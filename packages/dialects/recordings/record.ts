import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type DialectName, dialectNames, dialects } from '../src/index.ts';
import { readExpected } from './read-expected.ts';
import { findSecrets, redact } from './redact.ts';

// `pnpm record`: asks a live provider once and keeps the exchange as a fixture, redacted.
const USAGE = `pnpm record --dialect NAME --name CASE --request FILE --about TEXT [--secret TEXT]… [--to DIR]

  --dialect   ${dialectNames.join(', ')}
  --name      the fixture's folder: lower case, digits and hyphens; ends in -stream or -answer
  --request   a request body as its client sends it
  --about     what is particular of it: one sentence, for its note
  --secret    a further text that must not stay in it (the key goes by itself)
  --to        in place of packages/dialects/recordings

OPENAI_API_KEY and OPENAI_BASE_URL (https://api.openai.com/v1), or ANTHROPIC_API_KEY and
ANTHROPIC_BASE_URL (https://api.anthropic.com), say who is asked. Other vendors of OpenAI's dialects
are asked by their own key and address in these.`;

interface Wish {
  readonly dialect: DialectName;
  readonly folder: string;
  readonly about: string;
  readonly request: Buffer;
  readonly streamed: boolean;
  readonly secrets: readonly string[];
}

interface Provider {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly key: string;
}

try {
  const wish = readWish(process.argv.slice(2));
  const provider = providerOf(wish.dialect, process.env);
  const answer = await ask(provider, wish);
  keep(wish, provider, answer);
  console.log(`${wish.folder} is made. Read it, and its expected.json, before you commit it.`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function readWish(args: readonly string[]): Wish {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      dialect: text,
      name: text,
      request: text,
      about: text,
      to: text,
      secret: { type: 'string', multiple: true },
    },
  });
  const { name = '', request = '', about = '' } = values;
  const dialect = dialectNames.find((each) => each === values.dialect);
  if (dialect === undefined || request === '' || about === '') throw new Error(USAGE);
  const body = readFileSync(request);
  const streamed = (JSON.parse(body.toString()) as { stream?: unknown }).stream === true;
  if (!new RegExp(`^[a-z0-9-]+-${streamed ? 'stream' : 'answer'}$`).test(name)) {
    throw new Error(`--name ends in -${streamed ? 'stream' : 'answer'} here.\n\n${USAGE}`);
  }
  const folder = join(values.to ?? import.meta.dirname, dialect, name);
  if (existsSync(folder)) throw new Error(`${folder} is there already.`);
  return { dialect, folder, about, request: body, streamed, secrets: values.secret ?? [] };
}

function providerOf(dialect: DialectName, env: NodeJS.ProcessEnv): Provider {
  const isAnthropic = dialect === 'anthropic-messages';
  const vendor = isAnthropic ? 'ANTHROPIC' : 'OPENAI';
  const key = env[`${vendor}_API_KEY`];
  if (key === undefined || key === '') throw new Error(`${vendor}_API_KEY is not set.`);
  const home = isAnthropic ? 'https://api.anthropic.com' : 'https://api.openai.com/v1';
  const base = (env[`${vendor}_BASE_URL`] ?? home).replace(/\/+$/, '');
  const version = isAnthropic && !base.endsWith('/v1') ? '/v1' : '';
  return {
    key,
    url: base + version + dialects[dialect].upstreamPath,
    headers: isAnthropic
      ? { 'x-api-key': key, 'anthropic-version': '2023-06-01' }
      : { authorization: `Bearer ${key}` },
  };
}

async function ask({ url, headers }: Provider, { request, streamed }: Wish): Promise<Buffer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'accept-encoding': 'identity' },
    body: new Uint8Array(request),
  });
  const answer = Buffer.from(await response.arrayBuffer());
  if (!response.ok) {
    const words = answer.toString().slice(0, 500);
    throw new Error(`The provider answered ${response.status}; nothing is kept. It said: ${words}`);
  }
  const type = response.headers.get('content-type') ?? '';
  if (streamed !== type.startsWith('text/event-stream')) {
    throw new Error(`The provider answered ${type} to ${streamed ? 'a stream' : 'a whole answer'}.`);
  }
  return answer;
}

function keep(wish: Wish, { key, url }: Provider, answer: Buffer): void {
  const { dialect, folder, about, streamed } = wish;
  const secrets = [key, ...wish.secrets];
  const redaction = { secrets, salt: randomUUID() };
  const request = redact(wish.request, redaction);
  const bytes = redact(answer, redaction);
  const left = [...findSecrets(request, secrets), ...findSecrets(bytes, secrets)];
  if (left.length > 0) throw new Error('A secret could not be taken out; nothing is kept.');
  const expected = readExpected(dialect, bytes, streamed);
  const day = new Date().toISOString().slice(0, 10);
  const model = expected.upstreamModel ?? 'a model that it did not name';
  const note = `${about}\n\nRecorded on ${day} from ${new URL(url).hostname}, ${model}, by \`pnpm record\`, and redacted by it: ids, seals and names are others of the same length. \`expected.json\` is what the code read from it then.\n`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'request.json'), request);
  writeFileSync(join(folder, streamed ? 'stream.sse' : 'response.json'), bytes);
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
  writeFileSync(join(folder, 'note.md'), note);
}
