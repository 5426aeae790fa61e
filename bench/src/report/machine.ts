import { cpus, totalmem } from 'node:os';

/** What figures depend on; nothing that says whose machine it is. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly node: string;
}

export function thisMachine(): Machine {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

export function machineText({ cores, cpu, memoryGb, node }: Machine): string {
  return `${cores} cores of ${cpu}, ${memoryGb} GB, Node ${node}`;
}
