export interface WelcomeFacts {
  baseUrl: string;
  key: string;
  /** Undefined: the first request did not work; `firstRequestProblem` says why. */
  firstRequestId?: string;
  firstRequestProblem?: string;
  servedModel?: string;
  sandbox: boolean;
  providerKeys: readonly string[];
  adminUrl: string;
  dataDir: string;
}

/** What a newcomer sees: lines to copy, with the key filled in. */
export function welcomeScreen(facts: WelcomeFacts): string {
  const { baseUrl, key } = facts;
  const sections: [string, string][] = [
    ['curl', curl(baseUrl, key)],
    ['OpenAI SDK, Python', openaiPython(baseUrl, key)],
    ['OpenAI SDK, JavaScript', openaiJavaScript(baseUrl, key)],
    ['Anthropic SDK, Python', anthropicPython(baseUrl, key)],
    ['Claude Code', `ANTHROPIC_BASE_URL=${baseUrl}/anthropic ANTHROPIC_AUTH_TOKEN=${key} claude`],
    ['Codex', codex(baseUrl, key)],
    ['The record of a request', lookUp(facts)],
  ];
  const body = sections.map(([title, lines]) => `${title}\n${indented(lines)}`).join('\n\n');
  return `\n${headline(facts)}\n\n${body}\n\n${footer(facts)}\n`;
}

function headline({ baseUrl, key, sandbox, providerKeys }: WelcomeFacts): string {
  const who = sandbox
    ? 'No provider key is set: the sandbox provider, a server in this repository, plays all of them.\n' +
      '  Its answers are made up and say so. For real ones: OPENAI_API_KEY=… npm start\n' +
      '  (or ANTHROPIC_API_KEY, GOOGLE_API_KEY, …: docs/settings.md).'
    : providerKeys.length > 0
      ? `Models are served by the providers with a key: ${providerKeys.join(', ')}.`
      : 'No provider key is set, and the sandbox is off: there is nobody who could answer.';
  return `FluxRouter is ready.\n\n  Base URL  ${baseUrl}\n  Key       ${key}\n\n  ${who}`;
}

const curl = (baseUrl: string, key: string) =>
  [
    `curl ${baseUrl}/v1/chat/completions \\`,
    `  -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\`,
    `  -d '{"model": "flux-auto", "messages": [{"role": "user", "content": "Hello"}]}'`,
  ].join('\n');

const openaiPython = (baseUrl: string, key: string) =>
  [
    'from openai import OpenAI',
    `client = OpenAI(base_url="${baseUrl}/v1", api_key="${key}")`,
    'client.chat.completions.create(model="flux-auto", messages=[{"role": "user", "content": "Hello"}])',
  ].join('\n');

const openaiJavaScript = (baseUrl: string, key: string) =>
  [
    `import OpenAI from 'openai';`,
    `const client = new OpenAI({ baseURL: '${baseUrl}/v1', apiKey: '${key}' });`,
    `await client.chat.completions.create({ model: 'flux-auto', messages: [{ role: 'user', content: 'Hello' }] });`,
  ].join('\n');

const anthropicPython = (baseUrl: string, key: string) =>
  [
    'from anthropic import Anthropic',
    `client = Anthropic(base_url="${baseUrl}/anthropic", api_key="${key}")`,
    'client.messages.create(model="flux-auto", max_tokens=500, messages=[{"role": "user", "content": "Hello"}])',
  ].join('\n');

const codex = (baseUrl: string, key: string) =>
  [
    `FLUX_API_KEY=${key} codex -m flux-auto -c model_provider=flux -c web_search=disabled --disable multi_agent \\`,
    `  -c 'model_providers.flux={name="FluxRouter", base_url="${baseUrl}/v1", env_key="FLUX_API_KEY", wire_api="responses"}'`,
  ].join('\n');

function lookUp({ firstRequestId, firstRequestProblem, servedModel }: WelcomeFacts): string {
  if (firstRequestId === undefined) {
    return `pnpm flux request <id>      (X-Flux-Request-Id of any answer)\n${firstRequestProblem ?? 'No request was made at this start.'}`;
  }
  const by = servedModel === undefined ? '' : `, answered by ${servedModel}`;
  return `pnpm flux request ${firstRequestId}\n(a first request that was made just now${by})`;
}

const footer = ({ adminUrl, dataDir }: WelcomeFacts) =>
  `Metrics ${adminUrl}/metrics · data in ${dataDir} · all of this for scripts: ${dataDir}/ready.json\nCtrl-C stops everything.`;

const indented = (lines: string) =>
  lines
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
