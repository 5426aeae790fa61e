import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot, toolPath } from '../process/repository.ts';
import { type CommandResult, runCommand } from '../process/run-command.ts';
import { countReport, failedAs, readReport, type SuiteReport } from './vitest-report.ts';

export interface VitestRun {
  readonly project: string;
  /** Only these files; all of the project without them. */
  readonly files?: readonly string[];
  /** Only tests whose name has this in it. */
  readonly named?: string | undefined;
  /** Beside the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Another tree than the checkout. */
  readonly directory?: string;
  readonly limitSeconds: number;
  /** Its progress goes to our output. */
  readonly live?: boolean;
}

export async function runVitest(
  run: VitestRun,
): Promise<{ report: SuiteReport; command: CommandResult }> {
  const scratch = mkdtempSync(join(tmpdir(), 'fluxrouter-vitest-'));
  const reportPath = join(scratch, 'report.json');
  const directory = run.directory ?? repositoryRoot;
  try {
    const command = await runCommand({
      program: toolPath('vitest'),
      arguments: [
        ...['run', '--project', run.project, '--reporter=default', '--reporter=json'],
        `--outputFile.json=${reportPath}`,
        ...(run.named === undefined ? [] : [`--testNamePattern=${literally(run.named)}`]),
        ...(run.files ?? []),
      ],
      directory,
      limitSeconds: run.limitSeconds,
      ...(run.environment === undefined ? {} : { environment: run.environment }),
      ...(run.live === undefined ? {} : { live: run.live }),
    });
    const report = command.timedOut
      ? failedAs([`${run.project} took longer than ${run.limitSeconds} s and was ended`])
      : countReport(readReport(reportPath), command.exitCode);
    return { report, command };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** vitest takes a pattern. */
const literally = (name: string) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
