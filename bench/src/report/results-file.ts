import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Section } from './figure.ts';
import { type Machine, thisMachine } from './machine.ts';
import { type Results, tableMarkdown } from './table.ts';

/** Adds sections to the last results of this machine; a section that is there already is replaced. */
export function keepResults(directory: string, sections: readonly Section[]): void {
  const machine = thisMachine();
  const file = join(directory, 'latest.json');
  const kept = readSections(file, machine).filter(
    ({ title }) => !sections.some((section) => section.title === title),
  );
  const results: Results = { machine, sections: [...sections, ...kept].sort(byTitle) };
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(join(directory, 'latest.md'), tableMarkdown(results));
}

/** Figures of another machine, or another Node, are not comparable. */
function readSections(file: string, machine: Machine): readonly Section[] {
  try {
    const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
    const same = JSON.stringify(results.machine) === JSON.stringify(machine);
    return same ? results.sections : [];
  } catch {
    return [];
  }
}

function byTitle(a: Section, b: Section): number {
  return a.title.localeCompare(b.title);
}
