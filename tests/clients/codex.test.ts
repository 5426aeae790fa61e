import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { CITY, directed, expectCity, PIXEL, PROMPTS } from './support/asks.ts';
import { describeClients, type RealClient, type Target } from './support/describe-client.ts';
import { installNpm } from './support/install.ts';
import { runProgram } from './support/run-program.ts';

const home = mkdtempSync(join(tmpdir(), 'codex-'));
writeFileSync(join(home, 'note.txt'), 'words of the file\n');
writeFileSync(join(home, 'pixel.png'), Buffer.from(PIXEL, 'base64'));
writeFileSync(join(home, 'city.json'), JSON.stringify(CITY));
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Event {
  readonly type: string;
  readonly item?: { readonly type: string } & Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** The coding agent with one prompt, as `codex exec` runs it: its events, one JSON line each. */
function makeClients(at: string): readonly RealClient[] {
  async function ask(
    { baseUrl, key, model }: Target,
    prompt: string,
    more: readonly string[] = [],
  ): Promise<readonly Event[]> {
    const provider = `{name="flux",base_url="${baseUrl}/v1",env_key="FLUX_KEY",wire_api="responses"}`;
    const { out, said } = await runProgram(
      join(at, 'node_modules/.bin/codex'),
      [
        ...['exec', '--skip-git-repo-check', '--json', '-m', model, '-s', 'danger-full-access'],
        ...['-c', 'model_provider=flux', '-c', `model_providers.flux=${provider}`],
        // Its hosted web search has no price here, and is refused by name; its tools for sub-agents come in
        // a `namespace`, which only responses know, and are refused where a model speaks another dialect.
        ...['-c', 'web_search=disabled', '--disable', 'multi_agent', ...more, '--', prompt],
      ],
      { cwd: home, env: { HOME: home, FLUX_KEY: key } },
    );
    const events = out
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Event] : []));
    if (events.length === 0) throw new Error(`no event came: ${said.slice(-500)}`);
    return events;
  }

  const itemsOf = (events: readonly Event[], kind: string) =>
    events.flatMap(({ type, item }) =>
      type === 'item.completed' && item?.type === kind ? [item] : [],
    );

  function expectMessage(events: readonly Event[], words: string): void {
    expect(events.at(-1)).toMatchObject({ type: 'turn.completed' });
    const [message] = itemsOf(events, 'agent_message');
    expect(message?.['text']).toContain(words);
  }

  async function readNote(target: Target, tools: number): Promise<void> {
    const directive = { tool: 'exec_command', tools, arguments: { cmd: 'cat note.txt' } };
    const events = await ask(target, directed(directive));
    const commands = itemsOf(events, 'command_execution');
    expect(commands).toHaveLength(tools);
    for (const command of commands) {
      expect(command).toMatchObject({ exit_code: 0, aggregated_output: 'words of the file\n' });
    }
    expectMessage(events, 'The tool said: ');
  }

  const client: RealClient = {
    name: 'Codex',
    dialect: 'openai-responses',
    features: {
      async text(target) {
        expectMessage(await ask(target, directed({ text: 'a certain pong' })), 'a certain pong');
      },
      // It knows no other way; that a stream may be silent for 7 s before its first output is its own.
      async streaming(target) {
        const directive = { words: 5, chunkDelayMs: 50, firstByteDelayMs: 7_000 };
        expectMessage(await ask(target, directed(directive)), 'amber basin cedar delta ember');
      },
      tools: (target) => readNote(target, 1),
      'parallel tools': (target) => readNote(target, 2),
      async 'structured output'(target) {
        const events = await ask(target, PROMPTS.city, ['--output-schema', 'city.json']);
        const [message] = itemsOf(events, 'agent_message');
        expectCity(JSON.parse(String(message?.['text'])));
      },
      async thinking(target) {
        const effort = [
          '-c',
          'model_reasoning_effort=high',
          '-c',
          'model_reasoning_summary=detailed',
        ];
        const events = await ask(target, directed({ thinking: true }), effort);
        expect(itemsOf(events, 'reasoning')).toHaveLength(1);
      },
      async vision(target) {
        expectMessage(await ask(target, PROMPTS.image, ['-i', 'pixel.png']), 'I saw 1 image');
      },
    },
    async refusal(target) {
      const events = await ask(target, PROMPTS.text);
      const failed = events.find(({ type }) => type === 'turn.failed');
      return String(failed?.error?.message);
    },
  };
  return [client];
}

describeClients(installNpm('codex'), makeClients);
