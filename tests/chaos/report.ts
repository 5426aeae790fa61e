import type { Verdict } from './compare-books.ts';

/** The counts as a table, each difference with some of its ids, and a last line. */
export function reportOf({ counts, differences }: Verdict): string {
  const width = Math.max(...Object.keys(counts).map((name) => name.length));
  const lines = Object.entries(counts).map(
    ([name, count]) => `${name.padEnd(width)}  ${String(count).padStart(16)}`,
  );
  for (const { what, count, examples } of differences)
    lines.push(`DIFFERENT: ${what}: ${count} (${examples.join(', ')})`);
  const sum = (word: string) =>
    differences
      .filter(({ what }) => what.startsWith(word))
      .reduce((total, { count }) => total + count, 0);
  lines.push(
    `${counts['AttemptFinished']} attempts, ${counts['kill -9']} kills: ${sum('lost')} lost, ${sum('doubled')} doubled, ${differences.length} differences`,
  );
  return lines.join('\n');
}
