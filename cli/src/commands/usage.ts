import type { Gateway } from '../gateway.ts';
import { printJson, printTable } from '../print.ts';

interface UsageShown {
  group_by: string[];
  tz: string;
  complete_until: string;
  data: Record<string, string | number>[];
}

const COLUMNS = [
  'requests',
  'errors',
  'input_tokens',
  'cache_read_tokens',
  'output_tokens',
  'cost_usd',
];

export async function showUsage(
  gateway: Gateway,
  options: Readonly<Record<string, string>>,
): Promise<void> {
  const usage = (await gateway.get('/v1/usage', {
    from: options['from'],
    to: options['to'],
    granularity: options['granularity'],
    group_by: options['groupBy'],
    tz: options['tz'],
  })) as UsageShown;
  if (gateway.json) return printJson(usage);
  const names = ['start', ...usage.group_by, ...COLUMNS];
  printTable(
    names,
    usage.data.map((row) => names.map((name) => String(row[name] ?? ''))),
  );
  process.stdout.write(`\nTimes in ${usage.tz}. Complete until ${usage.complete_until}.\n`);
}
