import { startSandbox } from './index.ts';

const parentPollMs = 1000;

const starting = startSandbox({
  host: process.env['SANDBOX_HOST'] || '127.0.0.1',
  port: Number(process.env['SANDBOX_PORT'] || 0),
  bookPath: process.env['SANDBOX_BOOK'] || undefined,
});

let isEnding = false;
async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await (await starting).close();
  process.exit(0);
}

process.on('SIGTERM', end);
process.on('SIGINT', end);
process.on('disconnect', end);
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) void end();
}, parentPollMs).unref();

// Last, as whoever reads this may end us at once.
const { url } = await starting;
process.stdout.write(`${JSON.stringify({ listening: url })}\n`);
process.send?.({ type: 'ready', url });
