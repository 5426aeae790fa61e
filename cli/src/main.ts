#!/usr/bin/env node
import { Command, Option } from 'commander';
import { showModels } from './commands/models.ts';
import { comparePolicy } from './commands/policy.ts';
import { showRequest } from './commands/request.ts';
import { showUsage } from './commands/usage.ts';
import { connect } from './gateway.ts';
import { Problem } from './problem.ts';

const program = new Command('flux')
  .description('Look up what FluxRouter did: a request by its id, usage, models.')
  .addOption(new Option('--base-url <url>', 'the gateway').env('FLUX_BASE_URL'))
  .addOption(new Option('--key <key>', 'an API key').env('FLUX_API_KEY'))
  .addOption(
    new Option('--data-dir <dir>', 'where `npm start` keeps its ready.json')
      .env('DATA_DIR')
      .default('./data'),
  )
  .option('--json', 'print JSON, for programs')
  .showHelpAfterError();

program
  .command('request')
  .argument('<id>', "our id (req_…), the answer's (chatcmpl-…, msg_…, resp_…), or your own")
  .description('the record of a request: what was asked, decided, tried, used and charged')
  .action((id: string) => showRequest(connect(program.opts()), id));

program
  .command('usage')
  .description('requests, tokens and cost')
  .option('--from <time>', 'from this time on, e.g. 2026-11-01 (30 days ago)')
  .option('--to <time>', 'up to this time (now)')
  .addOption(
    new Option('--granularity <unit>', 'one row for each')
      .choices(['hour', 'day', 'month', 'total'])
      .default('day'),
  )
  .option('--group-by <list>', 'of lane, model, key, tier, dialect, outcome, tag:<name>')
  .option('--tz <zone>', 'time zone of the days, e.g. Europe/Berlin')
  .action((options: Record<string, string>) => showUsage(connect(program.opts()), options));

program
  .command('models')
  .description('what can be sent as `model`, with lane, window and rates')
  .action(() => showModels(connect(program.opts())));

program
  .command('policy')
  .description('routing policies')
  .command('compare')
  .argument('<file>', 'a policy, in the form of packages/routing-rules/data/policy.json')
  .description(
    'past requests decided again under another policy: mix and cost beside what they were',
  )
  .option('--from <time>', 'from this time on')
  .option('--to <time>', 'up to this time (now)')
  .option('--limit <n>', 'so many requests at most', '1000')
  .action((file: string, options: Record<string, string>) =>
    comparePolicy(connect(program.opts()), file, options),
  );

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`flux: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
