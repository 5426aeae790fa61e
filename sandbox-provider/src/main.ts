import { startSandbox } from './index.ts';

const parentPollMs = 1000;

const sandbox = await startSandbox({
  host: process.env['SANDBOX_HOST'] || '127.0.0.1',
  port: Number(process.env['SANDBOX_PORT'] || 0),
  bookPath: process.env['SANDBOX_BOOK'] || undefined,
});
process.stdout.write(`${JSON.stringify({ listening: sandbox.url })}\n`);
process.send?.({ type: 'ready', url: sandbox.url });

let isEnding = false;
async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await sandbox.close();
  process.exit(0);
}

process.on('SIGTERM', end);
process.on('SIGINT', end);
process.on('disconnect', end);
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) void end();
}, parentPollMs).unref();
