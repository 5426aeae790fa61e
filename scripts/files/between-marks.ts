/** The page with what stands between `<!-- mark -->` and `<!-- /mark -->` replaced. */
export function between(mark: string, page: string, content: string): string {
  const [open, close] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const [from, to] = [page.indexOf(open), page.indexOf(close)];
  if (from === -1 || to < from) throw new Error(`the page has no ${open} … ${close}`);
  return `${page.slice(0, from + open.length)}\n${content.trim()}\n${page.slice(to)}`;
}
