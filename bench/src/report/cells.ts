import type { Spread } from '../statistics.ts';
import { type Figure, isMet, type Section } from './figure.ts';

export const columns = ['figure', 'unit', 'floor', 'ours', 'ratio', 'at most', 'aim', ''] as const;

/** The table's lines as text, the same for the terminal and the README. */
export function sectionCells({ figures }: Section): string[][] {
  return figures.map((figure) => {
    const { name, unit, floor, ours, ratio, goal } = figure;
    return [
      name,
      unit,
      floor ? spreadText(floor) : '',
      spreadText(ours),
      ratio ? spreadText(ratio, 2) : '',
      goal ? `${goal.of === 'ratio' ? `${goal.atMost} ×` : goal.atMost}` : '',
      goal?.aim === undefined ? '' : `${goal.aim} ×`,
      verdict(figure),
    ];
  });
}

function verdict(figure: Figure): string {
  const met = isMet(figure);
  if (met === null) return '';
  return met ? 'met' : 'NOT MET';
}

/** `163 (150–247)`; one value alone where there was one round. */
function spreadText({ median, min, max }: Spread, digits = digitsFor(median)): string {
  const text = (value: number) => value.toFixed(digits);
  return min === max ? text(median) : `${text(median)} (${text(min)}–${text(max)})`;
}

function digitsFor(value: number): number {
  const size = Math.abs(value);
  if (size >= 100) return 0;
  return size >= 10 ? 1 : 2;
}
