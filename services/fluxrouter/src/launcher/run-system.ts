import { fileURLToPath } from 'node:url';
import { shedStartMemory } from '../shed-start-memory.ts';
import { runOnce } from './one-shot.ts';
import { type ReadyFile, writeReadyFile } from './ready-file.ts';
import { removeFile } from './secret-file.ts';
import { replaceFirstKey, type Secrets } from './secrets.ts';
import type { LauncherSettings } from './settings.ts';
import { type Supervisor, supervise } from './supervisor.ts';
import type { Ports, SystemPlan } from './system-plan.ts';
import { watchSources } from './watch-sources.ts';
import type { WelcomeInput, WelcomeResult } from './welcome.ts';

export interface SystemOptions {
  settings: LauncherSettings;
  plan: SystemPlan;
  secrets: Secrets;
  secretsFile: string;
  readyFile: string;
  ports: Ports;
  env: Readonly<Record<string, string | undefined>>;
  stopAsked: Promise<string>;
  watchSources: boolean;
  say(sentence: string): void;
}

/** Who waits for a slow start is told for whom. */
const tellEveryMs = 15_000;

/** Starts the processes, welcomes the newcomer, and stops all when it is asked to. */
export async function runSystem(options: SystemOptions): Promise<void> {
  const { settings, plan, secrets, ports, env, say, stopAsked, readyFile } = options;
  let ready: Omit<ReadyFile, 'pids'> | undefined;
  const tell = () => {
    if (ready === undefined) return;
    writeReadyFile(readyFile, { ...ready, pids: { launcher: process.pid, ...supervisor.pids() } });
  };
  const supervisor = supervise(plan.processStages(settings, ports, secrets, env), {
    onReturned: tell,
    onDied(name, how, againInMs) {
      tell();
      say(`${name} has ended (${how}); it is started again in ${againInMs} ms`);
    },
  });
  const stopWatching = options.watchSources
    ? watchSources(() => {
        say('The sources have changed: all processes are started anew');
        supervisor.renewAll(settings.stopGraceMs);
      })
    : () => {};
  const abort = new AbortController();
  const patience = setInterval(() => {
    say(`Not ready yet: ${supervisor.waitingFor().join(', ')}`);
  }, tellEveryMs);
  try {
    const running = supervisor.allReady().then(async () => {
      clearInterval(patience);
      const facts = plan.readyFacts(settings, ports, secrets);
      const welcomed = await welcome(options, facts, abort.signal);
      if (abort.signal.aborted) return;
      ready = { ...facts, ...welcomed };
      tell();
      shedStartMemory();
    });
    const reason = await Promise.race([stopAsked, running.then(() => stopAsked)]);
    say(`Stopping (${reason})`);
  } finally {
    clearInterval(patience);
    abort.abort();
    ready = undefined;
    stopWatching();
    removeFile(readyFile);
    await stop(supervisor, settings.stopGraceMs);
  }
}

/** A second Ctrl-C ends the patience. */
async function stop(supervisor: Supervisor, graceMs: number): Promise<void> {
  const impatient = () => supervisor.killNow();
  process.once('SIGINT', impatient);
  await supervisor.stop(graceMs);
  process.off('SIGINT', impatient);
}

/** Runs welcome.ts; what it learns belongs into ready.json. */
async function welcome(
  { settings, secrets, secretsFile, env }: SystemOptions,
  facts: Omit<ReadyFile, 'pids'>,
  signal: AbortSignal,
): Promise<Pick<ReadyFile, 'firstRequestId'> & { key: string }> {
  const { baseUrl, key, operatorKey, adminUrls } = facts;
  const input: WelcomeInput = {
    baseUrl,
    key,
    operatorKey,
    account: secrets.firstAccountCommand.replace('cmd_', 'acc_'),
    adminUrl: adminUrls['gateway'] ?? '',
    controlUrl: adminUrls['control'] ?? '',
    dataDir: settings.dataDir,
    sandbox: settings.sandbox,
    providerKeys: settings.providerKeys,
    firstRequest: settings.firstRequest,
  };
  const script = fileURLToPath(new URL('welcome.ts', import.meta.url));
  const { result } = await runOnce<WelcomeResult>({ script, env, input, signal });
  const made = result?.newKey;
  if (made !== undefined) replaceFirstKey(secretsFile, made);
  const id = result?.firstRequestId;
  return { key: made?.secret ?? key, ...(id === undefined ? {} : { firstRequestId: id }) };
}
