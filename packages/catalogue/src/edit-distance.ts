/**
 * Levenshtein distance in UTF-16 code units: insertions, deletions and substitutions cost 1 each.
 * One row of memory, `a.length × b.length` steps: callers bound both.
 */
export function editDistance(a: string, b: string): number {
  const row = new Uint32Array(b.length + 1);
  for (let j = 0; j <= b.length; j++) row[j] = j;
  for (let i = 1; i <= a.length; i++) {
    const code = a.charCodeAt(i - 1);
    let diagonal = i - 1;
    let left = i;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] as number;
      const substituted = diagonal + (code === b.charCodeAt(j - 1) ? 0 : 1);
      left = left < above ? left + 1 : above + 1;
      if (substituted < left) left = substituted;
      row[j] = left;
      diagonal = above;
    }
  }
  return row[b.length] ?? 0;
}
