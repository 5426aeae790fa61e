import { columns, sectionCells } from './cells.ts';
import type { Section } from './figure.ts';
import { type Machine, machineText } from './machine.ts';

/** What a run has found, of one machine. */
export interface Results {
  readonly machine: Machine;
  readonly sections: readonly Section[];
}

/** For a terminal: one table, its columns aligned. */
export function tableText({ machine, sections }: Results): string {
  const rows = [[...columns], ...sections.flatMap(sectionCells)];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const lines = [line(columns)];
  for (const section of sections) {
    lines.push(
      '',
      `${section.title} (${circumstancesText(section)})`,
      ...sectionCells(section).map(line),
    );
  }
  return [...lines, '', ...readingNotes(sections), machineText(machine), ''].join('\n');
}

/** For the README. */
export function tableMarkdown({ machine, sections }: Results): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  const head = [line(columns), line(columns.map(() => '---'))];
  const rows = sections.flatMap((section) => [
    line([
      `**${section.title}** (${circumstancesText(section)})`,
      ...columns.slice(1).map(() => ''),
    ]),
    ...sectionCells(section).map(line),
  ]);
  const notes = readingNotes(sections).map((note) => `- ${note}`);
  return [...head, ...rows, '', `${machineText(machine)}.`, '', ...notes, ''].join('\n');
}

function circumstancesText({ circumstances }: Section): string {
  return `${circumstances.date}, load average before: ${circumstances.loadBefore.toFixed(1)}`;
}

function readingNotes(sections: readonly Section[]): string[] {
  const general =
    'Medians over rounds (least–most). Floor and ours took turns in the same run; a ratio is that of neighbouring rounds.';
  return [general, ...sections.flatMap(({ notes }) => notes)];
}
