import Table from 'cli-table3';

const PLAIN_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Columns under their names, without lines, so that it can be read and cut. */
export function printTable(names: readonly string[], rows: readonly (readonly string[])[]): void {
  const numeric = names.map(
    (_name, column) =>
      rows.length > 0 && rows.every((row) => /^-?[\d.,%$]*$/.test(row[column] ?? '')),
  );
  const table = new Table({
    head: [...names],
    chars: PLAIN_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: numeric.map((right) => (right ? 'right' : 'left')),
  });
  for (const row of rows) table.push([...row]);
  process.stdout.write(`${table.toString()}\n`);
}

/** One fact a line: its name, then what it is. */
export function printFacts(facts: readonly (readonly [string, string])[]): void {
  const width = Math.max(...facts.map(([name]) => name.length));
  for (const [name, text] of facts) process.stdout.write(`${name.padEnd(width)}  ${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
