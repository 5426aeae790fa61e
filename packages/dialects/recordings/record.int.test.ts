import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dialectNames } from '../src/index.ts';
import { loadRecordingsFrom } from './load.ts';
import { readExpected } from './read-expected.ts';

const KEY = 'sk-test-Ab12Cd34Ef56Gh78Ij90Kl12';
const root = join(import.meta.dirname, '../../..');
let directory: string;
let address: string;
let end: () => Promise<void>;

// The sandbox provider is the live one here; it is another process, as every provider is.
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'recordings-'));
  const program = join(root, 'sandbox-provider/src/main.ts');
  const sandbox = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(sandbox.stdout, 'data')) as [Buffer];
  address = (JSON.parse(line.toString()) as { listening: string }).listening;
  end = async () => {
    sandbox.kill('SIGTERM');
    await once(sandbox, 'exit');
  };
});
afterAll(async () => {
  await end?.();
  rmSync(directory, { recursive: true });
});

function record(args: readonly string[], body: object, env: Record<string, string> = {}) {
  const request = join(directory, 'request.json');
  writeFileSync(request, JSON.stringify(body));
  const all = ['--request', request, '--to', directory, '--about', 'A case.', ...args];
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'record.ts'), ...all],
    {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        OPENAI_API_KEY: KEY,
        OPENAI_BASE_URL: `${address}/openai/v1`,
        ANTHROPIC_API_KEY: KEY,
        ANTHROPIC_BASE_URL: `${address}/anthropic`,
        ...env,
      },
    },
  );
  return { status, stderr };
}

const words = `Hello, it is ${KEY}.`;
const BODIES = {
  'openai-chat': { model: 'gpt-5.4', messages: [{ role: 'user', content: words }] },
  'openai-responses': { model: 'gpt-5.4', input: words },
  'anthropic-messages': {
    model: 'claude-opus-4-8',
    max_tokens: 3_000,
    thinking: { type: 'enabled', budget_tokens: 1_024 },
    messages: [{ role: 'user', content: words }],
  },
} as const;

it.each(dialectNames)('adds fixtures of %s, streamed and not, that read like all others', (dialect) => {
  for (const stream of [false, true]) {
    const name = stream ? 'hello-stream' : 'hello-answer';
    const { status, stderr } = record(['--dialect', dialect, '--name', name], {
      ...BODIES[dialect],
      stream,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const recording = loadRecordingsFrom(directory, dialect).find((each) => each.name === name);
    const bytes = recording?.stream ?? recording?.answer ?? Buffer.alloc(0);
    expect(recording?.expected).toEqual(readExpected(dialect, bytes, stream));
    expect(recording?.expected).toMatchObject({
      finish: 'completed',
      text: expect.stringContaining('Hello, it is '),
      bodyId: expect.stringMatching(/^(?:chatcmpl-|resp_|msg_)/),
    });
    for (const file of ['request.json', stream ? 'stream.sse' : 'response.json', 'note.md']) {
      const kept = readFileSync(join(directory, dialect, name, file), 'utf8');
      expect(kept).not.toContain(KEY);
    }
    expect(readFileSync(join(directory, dialect, name, 'note.md'), 'utf8')).toMatch(
      /^A case\.\n\nRecorded on \d{4}-\d\d-\d\d from 127\.0\.0\.1, /,
    );
  }
});

it('keeps nothing of a refusal, of a wrong name, without a key, or where one is already', () => {
  const chat = ['--dialect', 'openai-chat', '--name', 'refused-answer'];
  const body = BODIES['openai-chat'];
  expect(record(chat, { ...body, messages: [] }).stderr).toContain('The provider answered 400');
  expect(record(chat, { ...body, stream: true }).stderr).toContain('--name ends in -stream');
  expect(record(chat, body, { OPENAI_API_KEY: '' }).stderr).toContain('OPENAI_API_KEY is not set');
  expect(record([...chat.slice(0, 3), '../up-answer'], body).status).toBe(1);
  expect(existsSync(join(directory, 'openai-chat/refused-answer'))).toBe(false);
  expect(record(chat, body).status).toBe(0);
  expect(record(chat, body).stderr).toContain('is there already');
});
