const flags: Readonly<Record<string, readonly string[]>> = {
  gateway: ['--max-semi-space-size=8'],
  control: ['--max-semi-space-size=1'],
  metering: ['--max-semi-space-size=4'],
  ingress: ['--max-semi-space-size=8'],
  'provider-proxy': ['--max-semi-space-size=8'],
  router: ['--max-semi-space-size=4'],
  accounts: ['--max-semi-space-size=1'],
  query: ['--max-semi-space-size=4'],
  kafka: ['--max-semi-space-size=1'],
  sandbox: ['--max-semi-space-size=1'],
};

/** kafkajs sets timers to the past; harmless, and said by Node at each start. */
const always = ['--disable-warning=TimeoutNegativeWarning'];

/**
 * Flags of Node for each process, MB of one half of the young generation. A small one keeps an idle
 * process small. The gateway's garbage dies young: with 8 its memory stays under 200 MB and flat, and
 * more did not lower its CPU. Fewer arenas of malloc (MALLOC_ARENA_MAX=2) took 5 MB off and put 9 % on
 * a request: not set (four runs of `pnpm bench --quick` each, in turns).
 */
export const nodeFlags = (process: string): readonly string[] => [
  ...always,
  ...(flags[process] ?? []),
];
