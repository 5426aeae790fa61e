/** Packages that only compute: no clock, no chance, no I/O (style.md, Pure inside). */
const purePackages = [
  'api-keys',
  'catalogue',
  'conversation',
  'dialects',
  'errors',
  'events',
  'json-splice',
  'pricing',
  'routing-rules',
  'sse',
];

/** Paths of pure packages, as a regular expression; .dependency-cruiser.mjs uses it too. */
export const purePattern = `^packages/(${purePackages.join('|')})/`;

/** What only tests and benchmarks run: suites, programs that they start, data and folders of either. */
export const testPattern =
  '[.-](test|arbitrary|contract|fixture|program|bench)\\.ts$|contract-suite\\.ts$|/test-[^/]*\\.ts$|' +
  '(^|/)(testing|contract|recordings|bench|tests|scripts)/';

const pure = new RegExp(purePattern);
const test = new RegExp(testPattern);

export const isTest = (path: string) => test.test(path);
export const isPure = (path: string) => pure.test(path) && !isTest(path);

/** Made by a machine, recorded from a vendor, or as long as the vendor's API is. */
export const isGenerated = (path: string) => path.startsWith('packages/generated/src/');
export const isRecording = (path: string) =>
  /(^|\/)(recordings|fixtures|golden)\//.test(path) && !path.endsWith('.ts');
export const isWireType = (path: string) => /(^|\/)wire\.ts$/.test(path);
