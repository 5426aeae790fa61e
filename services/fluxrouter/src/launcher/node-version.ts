/** What is wrong with this Node; undefined: nothing. */
export function checkNodeVersion(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= 24) return undefined;
  return (
    `FluxRouter needs Node 24 or later; this is ${version}. It brings its own: ` +
    'run `npm start`, or node_modules/.bin/node in place of node.'
  );
}
