const flags: Readonly<Record<string, readonly string[]>> = {
  gateway: [],
  control: ['--max-semi-space-size=1'],
  metering: ['--max-semi-space-size=4'],
  sandbox: ['--max-semi-space-size=1'],
};

/**
 * Flags of Node for each process. A small young generation keeps an idle process small; the gateway,
 * which makes garbage with every request, is left as it is.
 */
export const nodeFlags = (process: string): readonly string[] => flags[process] ?? [];
