import { isGenerated, isPure, isRecording, isTest } from '../source-tree/layers.ts';

/** A thing that no line of some files may say. */
interface Rule {
  readonly pattern: RegExp;
  readonly why: string;
  /** Which files it is about. */
  readonly applies: (path: string) => boolean;
  /** Lines that only speak of it are no breach. */
  readonly codeOnly?: boolean;
}

const isTypeScript = (path: string) => path.endsWith('.ts');
const isRules = (path: string) => path.startsWith('scripts/files/forbidden-text');

const drawsIds = 'packages/events/src/ids.ts';

const rules: readonly Rule[] = [
  {
    pattern: /(^|[^\w.])\/(work|farm|root|tmp\/bash_jobs|(home|Users)\/\w+)\//,
    why: 'a path of one machine',
    applies: () => true,
  },
  {
    pattern: /https?:\/\//,
    why: 'names a host: the registry is the machine’s, not the project’s',
    applies: (path) => ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'].includes(path),
  },
  {
    pattern: /\b(describe|it|test|bench|suite)(\.\w+)*\.only\b/,
    why: 'leaves the other tests out',
    applies: isTypeScript,
  },
  {
    pattern: /@ts-(ignore|nocheck|expect-error)\b/,
    why: 'switches the types off',
    applies: isTypeScript,
  },
  {
    pattern: /biome-ignore[^:]*noExplicitAny/,
    why: 'any (a test may look into JSON freely, and say so)',
    applies: (path) => isTypeScript(path) && !isTest(path),
  },
  {
    pattern: /\bprocess\.env\b/,
    // The launcher's prepare.ts is a main.ts too: it runs once and ends.
    why: 'the environment is read by config.ts, from what main.ts hands it',
    applies: (path) =>
      isTypeScript(path) &&
      /^(packages|services)\//.test(path) &&
      !isTest(path) &&
      !/(^|\/)(config|main|prepare)\.ts$/.test(path),
    codeOnly: true,
  },
  {
    pattern:
      /\b(Date\.now\(|new Date\(\)|performance\.now\(|Math\.random\(|set(Timeout|Interval|Immediate)\(|process\.\w|console\.\w+\(|fetch\()/,
    why: 'an effect in a pure package: time, chance and the world come in as values',
    applies: (path) => isPure(path) && isTypeScript(path),
    codeOnly: true,
  },
  {
    pattern: /\brandom(Bytes|Fill|FillSync|Int|UUID)\b.*\bfrom 'node:crypto'/,
    why: 'chance in a pure package: it comes in as a value',
    // The one place that draws ids, for callers at the edge.
    applies: (path) => isPure(path) && path !== drawsIds,
  },
];

/** `path:line: why`, for each line that says what it must not. */
export function findForbidden(path: string, text: string): string[] {
  if (isRules(path) || isGenerated(path) || isRecording(path)) return [];
  const applying = rules.filter((rule) => rule.applies(path));
  return text
    .split('\n')
    .flatMap((line, index) =>
      applying
        .filter((rule) => !(rule.codeOnly && isComment(line)) && rule.pattern.test(line))
        .map((rule) => `${path}:${index + 1}: ${rule.why}: ${line.trim().slice(0, 100)}`),
    );
}

const isComment = (line: string) => /^\s*(\/\/|\/?\*)/.test(line);
