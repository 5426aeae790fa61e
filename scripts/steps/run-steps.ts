import { type Command, type CommandResult, runCommand } from '../process/run-command.ts';

/** One named thing that is in order or not. */
export interface Step {
  readonly name: string;
  readonly command: Command;
}

export interface StepResult extends CommandResult {
  readonly name: string;
  readonly passed: boolean;
}

/** Runs the steps, the first ones first, `atOnce` at a time, and says how each went when it is done. */
export async function runSteps(steps: readonly Step[], atOnce: number): Promise<StepResult[]> {
  const waiting = [...steps];
  const results: StepResult[] = [];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const result = await runStep(step);
      results.push(result);
      report(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, steps.length) }, worker));
  return results;
}

async function runStep({ name, command }: Step): Promise<StepResult> {
  const result = await runCommand(command);
  return { ...result, name, passed: result.exitCode === 0 && !result.timedOut };
}

function report({ name, passed, seconds, timedOut, output }: StepResult): void {
  const verdict = passed ? 'ok    ' : 'FAILED';
  console.log(`${verdict} ${name.padEnd(22)} ${seconds.toFixed(1).padStart(6)} s`);
  if (passed) return;
  const lines = output.trimEnd().split('\n');
  if (timedOut) lines.push('It took too long and was ended.');
  console.log(`${lines.map((line) => `    ${line}`.trimEnd()).join('\n')}\n`);
}
