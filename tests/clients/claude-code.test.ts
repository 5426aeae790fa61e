import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { CITY, directed, expectCity, PIXEL, PROMPTS } from './support/asks.ts';
import { describeClients, type RealClient, type Target } from './support/describe-client.ts';
import { installNpm } from './support/install.ts';
import { runProgram } from './support/run-program.ts';

const home = mkdtempSync(join(tmpdir(), 'claude-code-'));
writeFileSync(join(home, 'note.txt'), 'words of the file\n');
writeFileSync(join(home, 'pixel.png'), Buffer.from(PIXEL, 'base64'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

type Line = Record<string, unknown>;

/** The coding agent with one prompt, as `claude -p` runs it: its messages, one JSON line each. */
function makeClients(at: string): readonly RealClient[] {
  async function ask(
    { baseUrl, key, model }: Target,
    prompt: string,
    more: readonly string[] = [],
  ): Promise<readonly Line[]> {
    const { out, said } = await runProgram(
      join(at, 'node_modules/.bin/claude'),
      [
        ...['-p', prompt, '--model', model, '--output-format', 'stream-json', '--verbose'],
        ...['--include-partial-messages', '--allowedTools', 'Read,Bash', ...more],
      ],
      {
        cwd: home,
        env: {
          HOME: home,
          ANTHROPIC_BASE_URL: `${baseUrl}/anthropic`,
          ANTHROPIC_API_KEY: key,
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        },
      },
    );
    const lines = out
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []));
    if (lines.length === 0) throw new Error(`no line came: ${said.slice(-500)}`);
    return lines;
  }

  const resultOf = (lines: readonly Line[]) => lines.find(({ type }) => type === 'result') ?? {};

  function expectResult(lines: readonly Line[], words: string): void {
    expect(resultOf(lines)).toMatchObject({
      is_error: false,
      result: expect.stringContaining(words),
    });
  }

  const blocksOf = (lines: readonly Line[], kind: string) =>
    lines
      .filter(({ type }) => type === kind)
      .flatMap(({ message }) => (message as { content: Line[] }).content);

  async function readNote(target: Target, tools: number): Promise<void> {
    const directive = { tool: 'Bash', tools, arguments: { command: 'cat note.txt' } };
    const lines = await ask(target, directed(directive));
    const uses = blocksOf(lines, 'assistant').filter(({ type }) => type === 'tool_use');
    expect(uses).toHaveLength(tools);
    expectResult(lines, 'words of the file');
  }

  const client: RealClient = {
    name: 'Claude Code',
    dialect: 'anthropic-messages',
    features: {
      async text(target) {
        const lines = await ask(target, directed({ text: 'a certain pong' }));
        expectResult(lines, 'a certain pong');
      },
      async streaming(target) {
        const lines = await ask(target, directed({ words: 5, chunkDelayMs: 50 }));
        const events = lines.filter(({ type }) => type === 'stream_event');
        expect(events.length).toBeGreaterThan(5);
        expectResult(lines, 'amber basin cedar delta ember');
      },
      tools: (target) => readNote(target, 1),
      'parallel tools': (target) => readNote(target, 2),
      async 'structured output'(target) {
        const lines = await ask(target, PROMPTS.city, ['--json-schema', JSON.stringify(CITY)]);
        expectCity(resultOf(lines)['structured_output']);
      },
      async thinking(target) {
        const lines = await ask(target, directed({ thinking: true }));
        expect(blocksOf(lines, 'assistant').map(({ type }) => type)).toContain('thinking');
      },
      async vision(target) {
        const path = join(home, 'pixel.png');
        const lines = await ask(target, directed({ tool: 'Read', arguments: { file_path: path } }));
        expectResult(lines, 'I saw 1 image');
      },
    },
    async refusal(target) {
      const result = resultOf(await ask(target, PROMPTS.text));
      expect(result['is_error']).toBe(true);
      return String(result['result']);
    },
  };
  return [client];
}

describeClients(installNpm('claude-code'), makeClients);
