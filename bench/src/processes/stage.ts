import { LoadGenerator } from '../load/load-generator.ts';
import type { Child } from './child.ts';
import { type Floor, startFloor } from './start-floor.ts';
import { type Gateway, startGateway } from './start-gateway.ts';
import { startSandbox } from './start-sandbox.ts';

/** Everything that a measurement beside the floor needs. */
export interface Stage {
  readonly sandbox: Child;
  readonly floor: Floor;
  readonly ours: Gateway;
  readonly load: LoadGenerator;
}

/** Starts all of it, and stops all that was started, whatever happens. */
export async function onStage<T>(play: (stage: Stage) => Promise<T>): Promise<T> {
  await using started = new AsyncDisposableStack();
  const keep = <P extends { stop(): Promise<void> }>(part: P): P =>
    started.adopt(part, (each) => each.stop());
  const sandbox = keep(await startSandbox());
  const load = keep(await LoadGenerator.start());
  const floor = keep(await startFloor(sandbox));
  const ours = keep(await startGateway(sandbox));
  try {
    return await play({ sandbox, floor, ours, load });
  } catch (error) {
    process.stderr.write(ours.system.said());
    throw error;
  }
}
