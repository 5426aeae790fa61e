import { readdirSync, readFileSync } from 'node:fs';

// What Linux tells programs, on every architecture that Node runs on.
const ticksPerSecond = 100;
const nsPerMs = 1e6;
// User and system are cut to whole ticks each, before and after.
const ticksErrorMs = 40;

/** CPU that a process has used so far, user and system, all threads, by two clocks of the kernel. */
export interface CpuReading {
  /** Of the process, in steps of 10 ms. */
  readonly ticksMs: number;
  /** The sum of its threads, in ns; those that have ended are not in it. */
  readonly threadsMs: number;
}

export function readCpu(pid: number): CpuReading {
  const fields = statFields(pid);
  return {
    ticksMs: ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond,
    threadsMs: threadsOf(pid).reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
}

/** By the finer clock, unless it has lost a thread that the other one has counted. */
export function cpuMsSince(before: CpuReading, pid: number): number {
  const now = readCpu(pid);
  const byTicks = now.ticksMs - before.ticksMs;
  const byThreads = now.threadsMs - before.threadsMs;
  return byThreads < byTicks - ticksErrorMs ? byTicks : byThreads;
}

export interface Thread {
  readonly id: number;
  readonly name: string;
  readonly cpuMs: number;
}

/** The threads of a process, its main one first; none where the kernel keeps no such statistics. */
export function threadsOf(pid: number): Thread[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((id) => {
    try {
      const read = (file: string) => readFileSync(`/proc/${pid}/task/${id}/${file}`, 'utf8');
      const cpuMs = Number(read('schedstat').split(' ')[0]) / nsPerMs;
      return [{ id: Number(id), name: read('comm').trim(), cpuMs }];
    } catch {
      // It ended while we read.
      return [];
    }
  });
}

/** When a process was started, in ms on the clock of `uptimeMs`. */
export function startedAtUptimeMs(pid: number): number {
  return (Number(statFields(pid)[19]) * 1000) / ticksPerSecond;
}

export function uptimeMs(): number {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
}

export function residentMbOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return Number(kb) / 1024;
}

/** The fields of `/proc/<pid>/stat` from `state` on. */
function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before it, in brackets, may hold anything.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
