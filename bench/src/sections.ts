import { loadavg } from 'node:os';
import { coldStartNotes, measureColdStart } from './measure/cold-start.ts';
import { cpuNotes, measureAllCpu } from './measure/cpu.ts';
import { distributedNotes, measureDistributed } from './measure/distributed.ts';
import { idleNotes, measureIdle } from './measure/idle.ts';
import { latencyNotes, measureLatency } from './measure/latency.ts';
import { measureSoak, soakNotes } from './measure/soak.ts';
import { measureVisibility, visibilityNotes } from './measure/visibility.ts';
import { residentMbOf } from './processes/process-reading.ts';
import { ResidentPeak } from './processes/resident-peak.ts';
import type { Stage } from './processes/stage.ts';
import { type Circumstances, type Figure, goals, type Section } from './report/figure.ts';
import { spread } from './statistics.ts';

const circumstances: Circumstances = {
  date: new Date().toISOString().slice(0, 10),
  loadBefore: loadavg()[0] ?? 0,
};

type Say = (what: string) => void;

/** What `pnpm bench` measures by default, in the order in which it does. */
export async function mainSections(stage: Stage, quick: boolean, say: Say): Promise<Section[]> {
  const { floor, ours } = stage;
  const idleMb = { floor: residentMbOf(floor.pid), ours: residentMbOf(ours.pid) };
  const peaks = { floor: new ResidentPeak(floor.pid), ours: new ResidentPeak(ours.pid) };
  say('CPU');
  const cpu = section('CPU', await measureAllCpu(stage, { quick }), cpuNotes);
  if (!quick) say('latency');
  const latency = quick ? [] : await measureLatency(stage);
  const peakMb = { floor: peaks.floor.stop(), ours: peaks.ours.stop() };
  const memory = section('Memory', [
    pair('RSS after the start', idleMb),
    { ...pair('RSS, most seen under load', peakMb), goal: goals.residentMb },
  ]);
  if (quick) return [cpu, memory];
  say('cold start');
  return [
    cpu,
    section('Added latency', latency, latencyNotes),
    memory,
    section('Start', await measureColdStart(ours), coldStartNotes),
  ];
}

export const distributedSection = async (stage: Stage): Promise<Section> =>
  section('Distributed', await measureDistributed(stage), distributedNotes);

export const soakSection = async (stage: Stage): Promise<Section> =>
  section('Soak', await measureSoak(stage), soakNotes);

export const visibilitySection = async (stage: Stage): Promise<Section> =>
  section('Visibility', await measureVisibility(stage), visibilityNotes);

export const idleSection = async (): Promise<Section> =>
  section('Idle', await measureIdle(), idleNotes);

function section(
  title: string,
  figures: readonly Figure[],
  notes: readonly string[] = [],
): Section {
  return { title, circumstances, figures, notes };
}

function pair(name: string, mb: { readonly floor: number; readonly ours: number }): Figure {
  return { name, unit: 'MB', floor: spread([mb.floor]), ours: spread([mb.ours]) };
}
