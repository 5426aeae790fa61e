import { programArgument } from '@fluxrouter/event-bus/testing';
import { openJournal } from './index.ts';

const journal = openJournal({
  path: programArgument<string>(),
  maxBytes: 1_000_000_000,
  onFailure: (error) => console.log(`failing ${error.message}`),
});
const value = Buffer.alloc(2_000);
let finished = 0;
let hasFailed = false;

function serve(): void {
  const { failing } = journal.state();
  if (hasFailed && !failing) return void end();
  hasFailed ||= failing;
  const entry = journal.begin(value);
  journal.finish(entry, [{ key: 'k', type: 't', value }]);
  finished += 1;
  setTimeout(serve, 1);
}

async function end(): Promise<void> {
  await journal.close();
  console.log(`finished ${finished}`);
}

console.log('serving');
serve();
